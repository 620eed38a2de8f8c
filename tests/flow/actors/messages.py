"""What a provider of Anthropic's says, for scripts of actors/scripted.py: a message's blocks, whole or streamed, as asked."""
import json

from actors.scripted import pieces


def event(wire, kind, **value):
    data = json.dumps({"type": kind, **value}).encode()
    wire.chunk(b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n")


def text(words):
    return {"type": "text", "text": words}


def call(tool, name="look_up", ident="toolu_1"):
    return {"type": "tool_use", "id": ident, "name": name, "input": tool}


def thought(words, signature="c2lnbmVk+/="):
    return {"type": "thinking", "thinking": words, "signature": signature}


def message(blocks, stop="end_turn", usage=None):
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-as-sent", "content": blocks, "stop_reason": stop,
            "stop_sequence": None, "usage": usage or {"input_tokens": 10, "output_tokens": 5}}


def _deltas(block, size):
    """The empty block, and the pieces that fill it."""
    if block["type"] == "text":
        return {**block, "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces(block["text"], size)]
    if block["type"] == "thinking":
        return ({**block, "thinking": "", "signature": ""},
                [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"], size)]
                + [{"type": "signature_delta", "signature": block["signature"]}])
    if block["type"] == "tool_use":
        return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": piece}
                                        for piece in pieces(json.dumps(block["input"]), size)]
    return block, []


def answers(*blocks, stop="end_turn", usage=None, size=7, is_cut=False):
    """Answers whole or streamed, as asked; cut: a stream breaks off before its message_stop. A block may be a function of the
    request."""
    def script(request, wire):
        content = [block(request) if callable(block) else block for block in blocks]
        if not request.wants_stream:
            wire.whole(message(content, stop, usage))
            return
        wire.head(content_type="text/event-stream")
        event(wire, "message_start", message=message([], None, {**(usage or {"input_tokens": 10}), "output_tokens": 1}))
        event(wire, "ping")
        for index, block in enumerate(content):
            start, deltas = _deltas(block, size)
            event(wire, "content_block_start", index=index, content_block=start)
            for delta in deltas:
                event(wire, "content_block_delta", index=index, delta=delta)
            event(wire, "content_block_stop", index=index)
        if is_cut:
            wire.close()
            return
        event(wire, "message_delta", delta={"stop_reason": stop, "stop_sequence": None}, usage={"output_tokens": 5})
        event(wire, "message_stop")
        wire.last_chunk()
    return script
