"""Language models behind one small port: chat, choose, embed."""
