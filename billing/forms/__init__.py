"""What people type about goods, checked before it is asked of a service."""
