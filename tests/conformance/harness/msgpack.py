"""Reads MessagePack: what the node writes for listings. The official clients' decoder is not used to judge itself."""

from __future__ import annotations

import struct


def decode(data: bytes):
    value, end = _value(data, 0)
    assert end == len(data), f"{len(data) - end} bytes follow the document"
    return value


def _value(data: bytes, at: int):
    tag = data[at]
    at += 1
    if tag <= 0x7F:
        return tag, at
    if tag <= 0x8F:
        return _map(data, at, tag & 0x0F)
    if tag <= 0x9F:
        return _array(data, at, tag & 0x0F)
    if tag <= 0xBF:
        return _text(data, at, tag & 0x1F)
    if tag >= 0xE0:
        return tag - 256, at
    if tag in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[tag], at
    numbers = {0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
    numbers |= {0xCA: ">f", 0xCB: ">d"}
    if tag in numbers:
        size = struct.calcsize(numbers[tag])
        return struct.unpack(numbers[tag], data[at : at + size])[0], at + size
    sized = {0xD9: (1, _text), 0xDA: (2, _text), 0xDB: (4, _text), 0xDC: (2, _array), 0xDD: (4, _array)}
    sized |= {0xDE: (2, _map), 0xDF: (4, _map)}
    width, read = sized[tag]
    return read(data, at + width, int.from_bytes(data[at : at + width], "big"))


def _text(data, at, count):
    return data[at : at + count].decode(), at + count


def _array(data, at, count):
    items = []
    for _ in range(count):
        item, at = _value(data, at)
        items.append(item)
    return items, at


def _map(data, at, count):
    items = {}
    for _ in range(count):
        key, at = _value(data, at)
        items[key], at = _value(data, at)
    return items, at
