"""What people read: problems, plans as text, plans as a script."""
