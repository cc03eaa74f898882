"""What Shivik Mart sells. Brands are made up; barcodes are from the range 20 that shops may number themselves."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

SALON = "Salon services"

# SKU | name | category | unit | cost | price | how often it is bought
_GOODS = """
RIC-01 | Sona masoori rice, loose | Rice & flour | kg | 48 | 56 | 9
RIC-02 | Basmati rice, loose | Rice & flour | kg | 92 | 115 | 5
RIC-03 | Idli rice, loose | Rice & flour | kg | 38 | 46 | 4
RIC-04 | Poha, thick 500 g | Rice & flour | pack | 29 | 36 | 4
FLR-01 | Gehu Gold wheat atta 5 kg | Rice & flour | pack | 212 | 245 | 6
FLR-02 | Gehu Gold wheat atta 1 kg | Rice & flour | pack | 45 | 54 | 5
FLR-03 | Maida, loose | Rice & flour | kg | 34 | 42 | 3
FLR-04 | Besan, loose | Rice & flour | kg | 82 | 98 | 4
FLR-05 | Rava, fine 500 g | Rice & flour | pack | 23 | 30 | 4
FLR-06 | Ragi flour 1 kg | Rice & flour | pack | 48 | 62 | 2
DAL-01 | Toor dal, loose | Dals & pulses | kg | 128 | 148 | 8
DAL-02 | Moong dal, loose | Dals & pulses | kg | 104 | 122 | 6
DAL-03 | Chana dal, loose | Dals & pulses | kg | 74 | 88 | 5
DAL-04 | Urad dal, loose | Dals & pulses | kg | 112 | 132 | 5
DAL-05 | Masoor dal, loose | Dals & pulses | kg | 82 | 96 | 3
DAL-06 | Kabuli chana, loose | Dals & pulses | kg | 108 | 130 | 3
DAL-07 | Rajma, loose | Dals & pulses | kg | 118 | 142 | 3
SUG-01 | Sugar, loose | Sugar & salt | kg | 40 | 45 | 9
SUG-02 | Jaggery block 500 g | Sugar & salt | pack | 31 | 40 | 3
SUG-03 | Sagar Kinara salt 1 kg | Sugar & salt | pack | 18 | 24 | 6
SUG-04 | Rock salt 500 g | Sugar & salt | pack | 22 | 32 | 1
OIL-01 | Suraj Mukhi sunflower oil 1 l | Oil & ghee | pack | 122 | 138 | 8
OIL-02 | Suraj Mukhi sunflower oil 5 l | Oil & ghee | pack | 598 | 660 | 2
OIL-03 | Groundnut oil, loose | Oil & ghee | l | 152 | 176 | 4
OIL-04 | Mustard oil 1 l | Oil & ghee | pack | 138 | 158 | 2
OIL-05 | Dhenu Vana cow ghee 500 ml | Oil & ghee | pack | 268 | 310 | 3
OIL-06 | Dhenu Vana cow ghee 200 ml | Oil & ghee | pack | 112 | 132 | 2
SPC-01 | Red chilli powder 200 g | Spices | pack | 58 | 72 | 6
SPC-02 | Turmeric powder 100 g | Spices | pack | 19 | 27 | 6
SPC-03 | Coriander powder 100 g | Spices | pack | 20 | 28 | 5
SPC-04 | Jeera, loose | Spices | kg | 268 | 340 | 4
SPC-05 | Mustard seeds 100 g | Spices | pack | 12 | 18 | 4
SPC-06 | Garam masala 50 g | Spices | pack | 34 | 45 | 4
SPC-07 | Sambar masala 100 g | Spices | pack | 42 | 55 | 4
SPC-08 | Black pepper 50 g | Spices | pack | 44 | 58 | 2
SPC-09 | Green cardamom 25 g | Spices | pack | 72 | 95 | 2
SPC-10 | Tamarind 250 g | Spices | pack | 36 | 48 | 4
SPC-11 | Hing 50 g | Spices | pack | 52 | 68 | 2
DRY-01 | Cashew nuts 100 g | Dry fruits | pack | 82 | 105 | 2
DRY-02 | Almonds 100 g | Dry fruits | pack | 78 | 98 | 2
DRY-03 | Raisins 100 g | Dry fruits | pack | 32 | 44 | 2
DRY-04 | Groundnuts, loose | Dry fruits | kg | 108 | 132 | 3
DRY-05 | Dates 250 g | Dry fruits | pack | 62 | 85 | 1
DAI-01 | Toned milk 500 ml | Dairy & bread | pack | 25 | 28 | 10
DAI-02 | Full cream milk 1 l | Dairy & bread | pack | 62 | 68 | 7
DAI-03 | Curd cup 200 g | Dairy & bread | pack | 22 | 27 | 7
DAI-04 | Paneer 200 g | Dairy & bread | pack | 72 | 90 | 4
DAI-05 | Table butter 100 g | Dairy & bread | pack | 50 | 58 | 3
DAI-06 | Cheese slices 10 | Dairy & bread | pack | 112 | 135 | 2
DAI-07 | Sandwich bread 400 g | Dairy & bread | pack | 36 | 45 | 7
DAI-08 | Pav, pack of 6 | Dairy & bread | pack | 22 | 30 | 4
DAI-09 | Eggs | Dairy & bread | pc | 5.40 | 6.50 | 8
TEA-01 | Pahadi Dhara tea 250 g | Tea & coffee | pack | 98 | 120 | 5
TEA-02 | Pahadi Dhara tea 1 kg | Tea & coffee | pack | 372 | 440 | 1
TEA-03 | Green tea 25 bags | Tea & coffee | box | 112 | 145 | 1
TEA-04 | Filter coffee powder 200 g | Tea & coffee | pack | 92 | 118 | 3
TEA-05 | Instant coffee 50 g | Tea & coffee | pack | 138 | 170 | 3
BEV-01 | Mango drink 200 ml | Drinks | pack | 8 | 10 | 6
BEV-02 | Lemon soda 600 ml | Drinks | pc | 30 | 40 | 5
BEV-03 | Orange drink 1.25 l | Drinks | pc | 52 | 65 | 3
BEV-04 | Drinking water 1 l | Drinks | pc | 11 | 20 | 7
BEV-05 | Buttermilk 200 ml | Drinks | pack | 12 | 15 | 5
BEV-06 | Tender coconut water 200 ml | Drinks | pack | 32 | 45 | 2
BIS-01 | Chandni glucose biscuits 100 g | Biscuits & snacks | pack | 8.20 | 10 | 9
BIS-02 | Chandni cream biscuits 120 g | Biscuits & snacks | pack | 24 | 30 | 6
BIS-03 | Osmania biscuits 400 g | Biscuits & snacks | box | 128 | 160 | 4
BIS-04 | Marie biscuits 250 g | Biscuits & snacks | pack | 29 | 35 | 4
BIS-05 | Rusk 300 g | Biscuits & snacks | pack | 38 | 50 | 3
SNK-01 | Tikha Mitha bhujia 200 g | Biscuits & snacks | pack | 44 | 55 | 4
SNK-02 | Potato chips 52 g | Biscuits & snacks | pack | 16.50 | 20 | 8
SNK-03 | Masala peanuts 150 g | Biscuits & snacks | pack | 30 | 40 | 3
SNK-04 | Banana chips, loose | Biscuits & snacks | kg | 240 | 320 | 3
SNK-05 | Instant noodles 70 g | Biscuits & snacks | pack | 12.40 | 15 | 8
SNK-06 | Vermicelli 400 g | Biscuits & snacks | pack | 34 | 45 | 2
SNK-07 | Papad 200 g | Biscuits & snacks | pack | 52 | 68 | 3
SNK-08 | Mango pickle 300 g | Biscuits & snacks | pc | 68 | 90 | 3
SNK-09 | Tomato ketchup 500 g | Biscuits & snacks | pc | 82 | 105 | 3
SNK-10 | Mixed fruit jam 200 g | Biscuits & snacks | pc | 58 | 75 | 2
SWT-01 | Milk chocolate 40 g | Sweets | pc | 32 | 40 | 6
SWT-02 | Eclairs, each | Sweets | pc | 0.72 | 1 | 6
SWT-03 | Soan papdi 250 g | Sweets | box | 72 | 95 | 2
VEG-01 | Onions, loose | Vegetables | kg | 26 | 34 | 9
VEG-02 | Potatoes, loose | Vegetables | kg | 22 | 30 | 9
VEG-03 | Tomatoes, loose | Vegetables | kg | 24 | 34 | 8
VEG-04 | Ginger, loose | Vegetables | kg | 88 | 130 | 3
VEG-05 | Garlic, loose | Vegetables | kg | 142 | 190 | 3
VEG-06 | Lemons | Vegetables | pc | 3 | 5 | 5
HOM-01 | Jhaag Mela washing powder 1 kg | Home care | pack | 92 | 112 | 5
HOM-02 | Washing bar 250 g | Home care | pc | 21 | 26 | 4
HOM-03 | Dishwash bar 200 g | Home care | pc | 15.50 | 20 | 6
HOM-04 | Dishwash liquid 250 ml | Home care | pc | 42 | 55 | 3
HOM-05 | Floor cleaner 500 ml | Home care | pc | 82 | 105 | 3
HOM-06 | Toilet cleaner 500 ml | Home care | pc | 74 | 95 | 3
HOM-07 | Steel scrubber | Home care | pc | 9 | 15 | 3
HOM-08 | Agarbatti 100 sticks | Home care | box | 38 | 55 | 4
HOM-09 | Matchbox, ten | Home care | pack | 8 | 10 | 4
HOM-10 | Camphor 50 g | Home care | box | 62 | 85 | 2
HOM-11 | Mosquito coils 10 | Home care | box | 28 | 36 | 3
HOM-12 | Broom, soft | Home care | pc | 92 | 130 | 1
HOM-13 | Rubber hose | Home care | m | 32 | 45 | 1
PER-01 | Chandan soap 100 g | Personal care | pc | 31 | 38 | 6
PER-02 | Neem soap 75 g | Personal care | pc | 24 | 30 | 4
PER-03 | Muskaan Mint toothpaste 150 g | Personal care | pc | 72 | 92 | 4
PER-04 | Toothbrush, medium | Personal care | pc | 18 | 28 | 3
PER-05 | Shampoo sachet 6 ml | Personal care | pc | 1.50 | 2 | 7
PER-06 | Herbal shampoo 180 ml | Personal care | pc | 98 | 125 | 2
PER-07 | Coconut hair oil 200 ml | Personal care | pc | 84 | 105 | 4
PER-08 | Sanitary pads 8 | Personal care | pack | 34 | 42 | 3
PER-09 | Shaving razor | Personal care | pc | 16 | 25 | 2
SAL-01 | Raat Rani hair colour, black | Salon products | box | 118 | 155 | 2
SAL-02 | Henna powder 150 g | Salon products | pack | 42 | 60 | 2
SAL-03 | Argan hair serum 50 ml | Salon products | pc | 228 | 299 | 1
SAL-04 | Keratin conditioner 200 ml | Salon products | pc | 182 | 240 | 1
SAL-05 | Aloe face gel 100 g | Salon products | pc | 92 | 125 | 2
SAL-06 | Gold facial kit | Salon products | box | 312 | 420 | 1
SAL-07 | Nail polish | Salon products | pc | 48 | 75 | 2
SRV-01 | Haircut, gents | Salon services | pc | 0 | 120 | 6
SRV-02 | Haircut, ladies | Salon services | pc | 0 | 250 | 4
SRV-03 | Beard trim | Salon services | pc | 0 | 60 | 5
SRV-04 | Threading, eyebrows | Salon services | pc | 0 | 40 | 6
SRV-05 | Facial | Salon services | pc | 0 | 650 | 2
SRV-06 | Head massage | Salon services | hour | 0 | 400 | 2
"""


@dataclass(frozen=True)
class Good:
    """A product of the demo store; prices are those it starts with."""

    sku: str
    name: str
    category: str
    unit: str
    cost: Decimal
    price: Decimal
    weight: int
    place: int

    @property
    def is_service(self) -> bool:
        return self.category == SALON

    @property
    def is_loose(self) -> bool:
        """Sold by weight, volume, length or time."""
        return self.unit in {"kg", "l", "m", "hour"}

    @cached_property
    def barcode(self) -> str:
        """An EAN-13 of the in-store range; none for what has no packet."""
        packed = not self.is_service and not self.is_loose and self.category != "Vegetables"
        return ean13(f"20{self.place:010d}") if packed else ""


def ean13(twelve: str) -> str:
    """The twelve digits with their check digit."""
    odd, even = (sum(map(int, twelve[start::2])) for start in (0, 1))
    return f"{twelve}{-(odd + 3 * even) % 10}"


def _read(line: str, place: int) -> Good:
    sku, name, category, unit, cost, price, weight = (part.strip() for part in line.split("|"))
    return Good(sku, name, category, unit, Decimal(cost), Decimal(price), int(weight), place)


GOODS = tuple(_read(line, place) for place, line in enumerate(_GOODS.strip().splitlines(), 1))
