"""Broken on purpose: hostile bytes for every reader, and kills at random moments for every job that can go on."""
