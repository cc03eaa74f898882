"""The pages of customers: the directory, the form of one, files in and out."""
