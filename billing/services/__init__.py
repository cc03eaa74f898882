"""What moves money or stock: each function here is one thing that a person does, in one transaction."""
