//! `{{uuid}}`: version 4 (RFC 9562, section 5.4) from the connection's generator.

use mockforge_ws_core::ConnRng;
use rand::RngExt as _;
use uuid::Builder;

/// Draws a UUID and writes it into the buffer.
#[inline]
pub(crate) fn text<'b>(rng: &mut ConnRng, buffer: &'b mut [u8; 36]) -> &'b str {
    let bytes = rng.random::<u128>().to_be_bytes();
    Builder::from_random_bytes(bytes).into_uuid().hyphenated().encode_lower(buffer)
}
