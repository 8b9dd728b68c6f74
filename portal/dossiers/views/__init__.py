"""The pages of Klanten & Aangiften."""
