"""What the intake holds of persons: declared, copied, kept until when, erased."""
