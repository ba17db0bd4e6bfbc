"""The screen, the REST API and MCP: one process, one port, bound to this machine unless told otherwise.

::

    launch      serve(): takes the port, prints the address, runs uvicorn; nothing heavy is imported before.
                serve_stdio(): one MCP client on standard input and output
    server      create_app(): FastAPI with the REST routes, our files and Gradio mounted in it
    service     the engine: opened in the background, shared, at most so many questions at a time
    api         /api/v1/*: ask, search, documents, status
    mcp         /mcp and standard input and output: the tools ask, search, list_sources, read_source
    objects     what api and mcp give, made by the engine
    models      what they take and give: the contract's objects as pydantic models
    trace       why this answer: what each search and the reader made of each passage
    questions   what people say of an answer, kept as a question set of their own
    uploads     files that people bring: capped, never served; desk keeps what can be undone; shelf (shelf_api) adds,
                removes and brings back
    bench       evaluations run from the screen (bench_api, failures), one at a time
    folders     where the last three keep what they are given
    places      where a quote lies for a browser: UTF-16 offsets, context, link
    health      the state of all documents, as the command line tells it; stages: what making an index is at
    originals   the file behind a document, served so that it cannot run anything
    security    middlewares: headers, hosts and origins, the token
    screen      Gradio: page, theme, tabs; every part of it is an empty box that a script fills
    static/     those scripts, plain ES modules; every part exports mount():
                  header, conversation, sources, evaluate, viewer   the parts
                  turn, why, marks, welcome, address   a question and what came of it, why, and whether it was right;
                                                       the empty screen; ``?q=``
                  adding                               files brought and taken away, with progress and undo
                  health                               what is wrong with the documents, when asked for
                  lost, plots                          what an evaluation lost; its plots
                  text, select                         the text of a document with its marks; words chosen in it
                  api (with api.html)                        the page at /api/v1/docs
                  lib, store                                 DOM, fetch, words; what the parts share

A question goes browser → ``fetch`` → ``api`` → ``service`` → pipeline and back as JSON. It does not pass
through a Gradio event: those re-send state, hide errors and cannot be called by others. Gradio carries page,
theme and tabs. Text from documents reaches the page as text nodes only: there is no template to break out of.
"""

from __future__ import annotations

from qa.ui.launch import serve, serve_stdio

__all__ = ["serve", "serve_stdio"]
