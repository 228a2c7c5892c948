"""Two functions of the C2PA library that its Python face leaves out.

They take everything from the builder and its context, so that nothing but the builder's handle is borrowed from inside
`c2pa`; the version of the wheel is pinned, and a test signs with them.
"""

import ctypes
from typing import Any, Final

import c2pa
from c2pa import c2pa as face

__all__ = ["placeholder", "sign_embeddable"]

_STORE: Final = b"application/c2pa"
_Bytes: Final = ctypes.POINTER(ctypes.c_ubyte)


def _function(name: str) -> Any:
    function = getattr(face._lib, name)  # noqa: SLF001
    function.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(_Bytes))
    function.restype = ctypes.c_int64
    return function


_PLACEHOLDER: Final = _function("c2pa_builder_placeholder")
_SIGN: Final = _function("c2pa_builder_sign_embeddable")


def placeholder(builder: c2pa.Builder) -> bytes:
    """A manifest store that is as long as the signed one will be.

    Raises:
        c2pa.C2paError: the library does not take this definition.
    """
    return _made(_PLACEHOLDER, builder)


def sign_embeddable(builder: c2pa.Builder) -> bytes:
    """The manifest store, signed by the signer of the builder's context, its hard binding as the definition has it.

    Raises:
        c2pa.C2paError: no signature was made.
    """
    return _made(_SIGN, builder)


def _made(function: Any, builder: c2pa.Builder) -> bytes:
    memory = _Bytes()
    with builder._exclusive_native_call():  # noqa: SLF001
        size = function(builder._handle, _STORE, ctypes.byref(memory))  # noqa: SLF001
        face._check_ffi_operation_result(size, "No manifest was made", check=lambda result: result < 0)  # noqa: SLF001
    try:
        return ctypes.string_at(memory, size)
    finally:
        face._lib.c2pa_free(memory)  # noqa: SLF001
