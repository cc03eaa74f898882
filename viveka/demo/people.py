"""Who buys at Shivik Mart. Names and phones are made up: phones of one block of round numbers, in order."""

from dataclasses import dataclass
from random import Random

_FIRST = """
Aarti Abdul Aditya Ajay Akhila Amit Ananya Anil Anjali Arjun Aruna Ashok Bhavana Bilal Chaitanya Deepa Deepak Divya
Farah Ganesh Gayatri Gopal Harini Harish Imran Indira Jaya Joseph Jyothi Kalyani Karthik Kavita Keerthi Kiran Krishna
Lakshmi Lalitha Madhavi Mahesh Manoj Meenakshi Mohan Mounika Nagesh Naveen Neha Nikhil Nisha Padma Pavan Pooja Pradeep
Prakash Priya Radhika Raghav Rahul Rajesh Ramya Ravi Rekha Rohit Sadia Sameer Sandhya Sanjay Saritha Shalini Shiva
Shruti Sneha Sridhar Srinivas Sudha Sunil Sunita Suresh Swapna Tarun Uma Usha Varun Vasudha Venkat Vijay Vinay Yasmin
""".split()  # noqa: SIM905
_LAST = """
Agarwal Ahmed Bhat Chowdary Das Deshmukh D'Souza Fernandes Ghosh Goud Gupta Iyer Jain Joshi Khan Kulkarni Kumar Menon
Mishra Naidu Nair Patel Patil Pillai Qureshi Rao Reddy Sharma Shetty Shaikh Singh Thomas Varma Verma Yadav
""".split()  # noqa: SIM905
_STREETS = [
    "Nimbu Bazaar Road",
    "Old Tank Lane",
    "Neem Tree Colony",
    "Clock Corner",
    "Railway Quarters",
    "Lake View Street",
]


@dataclass(frozen=True)
class Person:
    """A customer of the demo store, and how often the person comes."""

    name: str
    phone: str
    address: str
    email: str
    weight: float


def make_people(count: int, random: Random) -> list[Person]:
    """`count` people with different names and phones; few come often, many seldom."""
    pairs = [(first, last) for first in _FIRST for last in _LAST]
    people = []
    for place, (first, last) in enumerate(random.sample(pairs, count), 1):
        address = f"{random.randint(1, 140)}, {random.choice(_STREETS)}, Hyderabad" if random.random() < 0.5 else ""
        email = f"{first}.{last.replace(chr(39), '')}@example.com".lower() if random.random() < 0.25 else ""
        people.append(Person(f"{first} {last}", f"80000{place:05d}", address, email, weight=(place + 4) ** -0.7))
    return people


def as_typed(phone: str, random: Random) -> str:
    """A phone the way people say it: with spaces, a zero, the country's code."""
    forms = ["{0}{1}", "{0} {1}", "0{0} {1}", "+91 {0} {1}", "+91-{0}-{1}"]
    return random.choices(forms, weights=[60, 20, 5, 10, 5])[0].format(phone[:5], phone[5:])
