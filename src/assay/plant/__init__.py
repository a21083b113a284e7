"""The equipment model, the historian, events, and the stores behind the kernel's ports."""
