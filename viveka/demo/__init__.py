"""A shop to look at: Shivik Mart, its goods, its people, and three months of its sales, all made up."""
