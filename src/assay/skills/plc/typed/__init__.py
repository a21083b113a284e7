"""From the syntax tree to the intermediate form: names, types, conversions, and what is wrong with them."""
