"""Small BERT networks on OpenVINO: built from their safetensors weights, compiled once for this processor, run.

``weights`` reads the files, ``minilm`` knows the packaged base model, ``bert`` builds the graph, ``compiled`` keeps
the compiled form on disk and runs it. Neither torch nor transformers is needed for any of it.
"""
