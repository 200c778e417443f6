"""What `rag.cli` is made of: a module per group of commands, and what all commands share.

console -> show, edge -> index, models, mcp, why, calibrate
"""
