"""The pages of the app, each in the file of what it is about."""
