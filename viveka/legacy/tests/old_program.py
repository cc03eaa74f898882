"""An SQLite file as an older program leaves it: debts per sale, later with customers."""

import sqlite3
from contextlib import closing
from pathlib import Path

_SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, phone TEXT UNIQUE, email TEXT,
    address TEXT, note TEXT, is_deleted BOOLEAN NOT NULL DEFAULT 0, created_at DATETIME, updated_at DATETIME);
CREATE TABLE sales (id INTEGER PRIMARY KEY, created_at DATETIME NOT NULL, total REAL, payer_name TEXT,
    payer_phone TEXT, payment_method TEXT, customer_id INTEGER REFERENCES customers(id));
CREATE TABLE sale_items (id INTEGER PRIMARY KEY, sale_id INTEGER, product_name TEXT, sku TEXT, quantity REAL,
    unit_price REAL);
CREATE TABLE debts (id INTEGER PRIMARY KEY, sale_id INTEGER, amount REAL, created_at DATETIME, due_date DATE,
    customer_id INTEGER REFERENCES customers(id));
CREATE TABLE payment_history (id INTEGER PRIMARY KEY, debt_id INTEGER, amount REAL, method TEXT, paid_at DATETIME,
    customer_id INTEGER);
"""

SALES = [  # id, day, total, payer, phone, method, customer
    (1, "2024-01-05 10:00:00", 100.00, None, None, "Cash", None),
    (2, "2024-01-06 11:00:00", 250.50, "Asha Rao", "98765 43210", "Credit", None),
    (3, "2024-01-07 12:00:00", 80.00, "ravi", None, "UPI", None),
    (4, "2024-02-01 09:30:00", 500.00, "Ravi", None, "Cash", None),
    (5, "2024-02-02 09:30:00", 60.00, "Meena", "12345", "Cash", None),
    (6, "2024-02-03 09:30:00", 70.00, "Sita", None, None, None),
    (7, "2024-02-04 09:30:00", 40.00, "Walk-in customer", None, None, None),
    (8, "2024-02-05 09:30:00", 30.00, "Unknown", None, None, None),
    (9, "2024-02-06 09:30:00", 90.00, "Asha R.", "+91-98765-43210", "Card", None),
    (10, "2024-02-07 09:30:00", 45.00, "Gita", "98765 43211", "Cash", None),
    (11, "2024-02-08 09:30:00", 20.00, None, None, "Cash", 1),
    (12, "not a day", 20.00, "Nina", None, "Cash", None),
]
LINES = [  # sale, name, sku, quantity, price
    (1, "Soap", "S-1", 2, 50.00),
    (2, "Sugar", "S-2", 2.5, 44.20),
    (2, "Rice", None, 1, 150.00),  # with the sugar 260.50: ten off
    (3, "Soap", "S-1", 1, 80.00),
    (4, "Chair", None, 1, 450.00),  # and 50 that are not itemised
    (5, "Pen", None, 3, 20.00),
    (99, "Ghost", None, 1, 1.00),
]
DEBTS = [  # id, sale, amount, day, due, customer
    (1, 2, 250.50, "2024-01-06 11:00:00", "2024-02-06", None),
    (2, 4, 300.00, "2024-02-01 09:30:00", None, None),
    (3, 5, 60.00, "2024-02-02 09:30:00", None, None),
    (4, 6, 70.00, "2024-02-03 09:30:00", None, None),
    (5, 7, 40.00, "2024-02-04 09:30:00", None, None),
    (6, 8, 30.00, "2024-02-05 09:30:00", None, None),
    (7, 11, 20.00, "2024-02-08 09:30:00", None, 1),
    (8, 99, 15.00, "2024-02-08 09:30:00", None, None),
]
PAYMENTS = [  # id, debt, amount, method, day
    (1, 1, 100.00, "Cash", "2024-01-20 10:00:00"),
    (2, 1, 50.50, None, "2024-01-25 10:00:00"),
    (3, 3, 80.00, "Cash", "2024-03-01 10:00:00"),  # 20 more than was owed
    (4, 2, 100.00, "UPI", "2024-03-02 10:00:00"),
    (5, 77, 10.00, "UPI", "2024-03-02 10:00:00"),
]


def make_old_program(path: Path) -> Path:
    """Write the file; its customers: Kiran, whom the shop does not know yet."""
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_SCHEMA)
        db.execute("INSERT INTO customers (id, name, phone) VALUES (1, 'Kiran', '098765-43212')")
        db.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?, ?)", SALES)
        db.executemany(
            "INSERT INTO sale_items (sale_id, product_name, sku, quantity, unit_price) VALUES (?, ?, ?, ?, ?)", LINES
        )
        db.executemany("INSERT INTO debts VALUES (?, ?, ?, ?, ?, ?)", DEBTS)
        db.executemany(
            "INSERT INTO payment_history (id, debt_id, amount, method, paid_at) VALUES (?, ?, ?, ?, ?)", PAYMENTS
        )
    return path
