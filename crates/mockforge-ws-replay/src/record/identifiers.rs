//! What is an identifier: by the name of its member, or by its looks.

/// Names of identifiers, without `_`, `-` and capitals.
const NAMES: &[&str] = &[
    "id",
    "ids",
    "cid",
    "rid",
    "sid",
    "uid",
    "uuid",
    "guid",
    "reqid",
    "requestid",
    "msgid",
    "messageid",
    "callid",
    "txid",
    "traceid",
    "correlationid",
    "subscription",
    "subscriptionid",
    "subid",
    "seq",
    "ref",
    "nonce",
];

/// Whether a member of that name holds an identifier.
pub(super) fn is_name(name: &str) -> bool {
    let ends = ["_id", "_ids", "-id", "-ids", "Id", "Ids", "ID", "IDs"];
    if ends.iter().any(|end| name.len() > end.len() && name.ends_with(end)) {
        return true;
    }
    // No name of the list is longer with its separators.
    if name.len() > 20 {
        return false;
    }
    let letters =
        name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
    NAMES.iter().any(|known| letters.clone().eq(known.bytes()))
}

/// Whether a text is an identifier whatever it is called: a UUID, or long and without words.
pub(super) fn is_shape(text: &str) -> bool {
    let bytes = text.as_bytes();
    (16..=128).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
        && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 3
        && bytes.iter().any(u8::is_ascii_alphabetic)
}

/// Where UUIDs stand in a text.
pub(super) fn uuids(text: &str, mut found: impl FnMut(std::ops::Range<usize>)) {
    let bytes = text.as_bytes();
    let mut from = 0;
    // The first of the dashes is the place to look from: few texts have any.
    while let Some(dash) = bytes[from..].iter().position(|byte| *byte == b'-').map(|at| from + at) {
        from = dash + 1;
        let Some(start) = dash.checked_sub(8) else { continue };
        let end = start + 36;
        let is_uuid = |bytes: &[u8]| {
            bytes.iter().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
        };
        let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let stands_alone = !word(start.checked_sub(1).map(|at| &bytes[at])) && !word(bytes.get(end));
        if stands_alone && bytes.get(start..end).is_some_and(is_uuid) {
            found(start..end);
            from = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in
            ["id", "ID", "req_id", "requestId", "product_ids", "correlation-id", "subscription", "seq"]
        {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "paid", "valid", "type", "grid", "idle", "price"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn shapes() {
        assert!(is_shape("0190f3b4-7d1c-7cc2-9a53-2f4b8a1c0d77") && is_shape("9f8e7d6c5b4a39281706"));
        assert!(
            !is_shape("international-business") && !is_shape("1705314600000000000") && !is_shape("a1b2c3")
        );
    }

    #[test]
    fn uuids_are_found() {
        let check = |text: &str, wanted: &[&str]| {
            let mut shown = Vec::new();
            uuids(text, |at| shown.push(&text[at]));
            assert_eq!(shown, wanted, "{text}");
        };
        let one = "0190f3b4-7d1c-7cc2-9a53-2f4b8a1c0d77";
        check(one, &[one]);
        check(&format!("é-urn:uuid:{one} {one}-x"), &[one, one]);
        check(&format!("a{one}"), &[]);
        check(&one[1..], &[]);
        check("--------", &[]);
    }
}
