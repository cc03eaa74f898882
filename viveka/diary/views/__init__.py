"""The pages of the diary, each file a part of a record's life."""
