"""What a user can see."""
