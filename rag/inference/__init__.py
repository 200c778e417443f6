"""How models are run, behind `rag.generator` and `rag.embedder`.

prefixes, lookup, packing, adapter, attention, together -> decoding     greedy decoding; nothing is read twice
chat_format                                                             a conversation as token ids, and back
runaway                                                                 where a reply should end
graph, export                                                           the embedder as one graph, without torch
openai_client                                                           a model behind a server
machine_speed                                                           how long a prompt takes on this machine
"""
