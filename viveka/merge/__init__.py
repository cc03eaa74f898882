"""What touches a customer's rows in every app: merging two records of one person, undoing that, erasing a person."""
