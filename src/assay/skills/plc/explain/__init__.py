"""What a program does, made from its dependence graph; review and proposed screens."""
