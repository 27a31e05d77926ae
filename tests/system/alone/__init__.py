"""Tests on real Asterisk that start all they need themselves, beside the exchange of the others."""
