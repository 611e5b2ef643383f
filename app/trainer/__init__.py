"""What is learnt from and taught with: masks corrected by hand, models compared. No Qt."""
