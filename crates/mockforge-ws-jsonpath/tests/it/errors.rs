//! Mistakes in RFC 9535 paths: where they stand and what is said of them.

use mockforge_ws_jsonpath::{Dialect, Path};

/// `message @ the text from the mistake on (hint)`.
fn explained(text: &str, dialect: Dialect) -> String {
    let error = Path::parse(text, dialect).expect_err(text);
    let rest = &text[error.offset.expect("a mistake has its place")..];
    let hint = error.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{} @ {rest}{hint}", error.message)
}

fn check(text: &str, expected: &str) {
    assert_eq!(explained(text, Dialect::Rfc9535), expected, "{text}");
}

#[test]
fn the_beginning_and_the_end() {
    check("", "a JSONPath begins with `$` @ ");
    check("user.id", "a JSONPath begins with `$` @ user.id");
    check(" $.a", "no white space may stand around a JSONPath @  $.a");
    check("$.a ", "no white space may stand around a JSONPath @  ");
    check("$a", "`.` or `[` was expected in place of `a` @ a");
    check("$.a]", "`.` or `[` was expected in place of `]` @ ]");
    check("$.a b", "`.` or `[` was expected in place of `b` @ b");
    check("$.a~", "`^` and `~` are not part of RFC 9535 @ ~");
    check(
        "$.a.length()",
        "a function can't stand after a dot @ () (functions stand within filters, around a path: `$[?length(@.items) > 2]`)",
    );
}

#[test]
fn names() {
    check("$.", "a name or `*` was expected after the dot @ ");
    check("$.a..", "a name or `*` was expected after the dot @ ");
    check("$.a.=", "a name or `*` was expected after the dot, not `=` @ =");
    check(
        "$.user-id.x",
        "`-` can't stand in a name after a dot @ -id.x (write `['user-id']` in place of `.user-id`)",
    );
    check("$.@type", "a name or `*` was expected after the dot, not `@` @ @type");
    check(
        "$.0",
        "a name after a dot can't begin with `0` @ 0 (write `[0]` for an array's element, `['0']` for an object's member)",
    );
    check("$.2fa", "a name after a dot can't begin with `2` @ 2fa (write `['2fa']` in place of `.2fa`)");
    check(
        "$.['a']",
        "a name or `*` was expected between `.` and `[` @ ['a'] (leave the dot away: `$['name']`)",
    );
    check(
        "$.'a'",
        "a quoted name stands in brackets, not after a dot @ 'a' (write `['name']` in place of `.'name'`)",
    );
    check(
        "$.größe-x",
        "`-` can't stand in a name after a dot @ -x (write `['größe-x']` in place of `.größe-x`)",
    );
}

#[test]
fn brackets() {
    check("$[", "the path ends within brackets @ ");
    check("$['a'", "this `[` is never closed @ ['a'");
    check("$[]", "a selector was expected: a name in quotes, an index, a slice, `*` or `?` @ ]");
    check("$[a]", "a name in brackets stands in quotes @ a] (write `['a']`)");
    check("$['a' 'b']", "`,` or `]` was expected in place of `'` @ 'b']");
    check("$['a]", "this quote is never closed @ 'a]");
    check(
        r"$['\x']",
        r"this escape is not known @ \x'] (known are \b \f \n \r \t \/ \\ \uXXXX and the string's own quote)",
    );
    check("$[01]", "an index has no leading zeros @ 01]");
    check("$[-0]", "`-0` is no index @ -0]");
    check(
        "$[9007199254740992]",
        "an index is between -9007199254740991 and 9007199254740991 @ 9007199254740992]",
    );
    check(
        "$[(@.length-1)]",
        "a script in parentheses is not part of RFC 9535 @ (@.length-1)] (`[-1]` is the last element, `[?…]` a filter)",
    );
}

#[test]
fn filters() {
    check("$[?@.a = 1]", "`==` was expected @ = 1]");
    check("$[?@.a === 1]", "the operators are == != < <= > >= @ === 1]");
    check(
        "$[?@.a =~ /x/]",
        "`=~` is not part of RFC 9535 @ =~ /x/] (write `search(@.name, 'regex')`, or `match` for the whole value)",
    );
    check("$[?@.a & @.b]", "`&&` was expected @ & @.b]");
    check("$[?@.a and @.b]", "`&&` was expected in place of `and` @ and @.b]");
    check("$[?@.a or @.b]", "`||` was expected in place of `or` @ or @.b]");
    check("$[?(@.a]", "`)` or an operator was expected in place of `]` @ ]");
    check("$[?!@.a == 1]", "`!` can't stand before a comparison @ !@.a == 1] (write `!(…)`)");
    check("$[?1]", "a constant alone is no test @ 1] (compare it with something)");
    check("$[?@.* == 1]", "only a path to a single value can be compared @ @.* == 1]");
    check("$[?@.a == True]", "`true` is written in small letters @ True]");
    check(
        "$[?@.a == AAPL]",
        "`AAPL` is no path, function or constant @ AAPL] (write `'AAPL'` for a text, `@.AAPL` for a member)",
    );
    check("$[?@.a == 01]", "a number is written as in JSON @ 01]");
    check("$[?@.a == ]", "a path (`@…` or `$…`), a function or a constant was expected in place of `]` @ ]");
    check("$[?@.a - 1 > 0]", "`,` or `]` was expected in place of `-` @ - 1 > 0]");
    check(
        "$[?size(@.a) > 1]",
        "there is no function `size` @ size(@.a) > 1] (there are length, count, match, search, value)",
    );
    check("$[?length (@.a) > 1]", "`(` was expected right after `length` @  (@.a) > 1]");
    assert!(
        explained("$[?length(@.a)]", Dialect::Rfc9535)
            .starts_with("a function here has arguments or a result")
    );
}

#[test]
fn the_bounds() {
    let long = format!("$.{}", "a".repeat(5000));
    assert_eq!(
        Path::parse(&long, Dialect::Rfc9535).unwrap_err().message,
        "a path has at most 4096 bytes, this one 5002"
    );
    check(
        &format!("$[?{}", "(".repeat(40)),
        &format!("brackets and parentheses nest at most 32 deep @ {}", "(".repeat(9)),
    );
    check("$[?@[?@[?@[?@[?@]]]]]", "filters nest at most 4 deep @ ?@]]]]]");
    assert!(Path::parse("$[?@[?@[?@[?@]]]]", Dialect::Rfc9535).is_ok());
    assert!(Path::parse("$['[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[']", Dialect::Rfc9535).is_ok());
}
