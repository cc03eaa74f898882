"""Old books: what was kept in another program, and what follows from the rows counted anew."""
