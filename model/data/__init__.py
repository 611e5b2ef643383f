"""Reading pictures and masks, splitting them, and varying them for training."""
