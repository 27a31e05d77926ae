"""Tests of ivr.proving: scenarios are read, tried in virtual time, and told."""
