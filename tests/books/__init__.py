"""check_books: sound books pass, and each way of breaking them is found by its rule, with exactly the id at fault.

`trade.py` makes two stores that did a little of everything, once for all tests here; `…_books.py` are its parts, each
with the ways of breaking it (BREAKS).
"""
