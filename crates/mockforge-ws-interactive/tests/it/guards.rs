//! Guards and expressions: what they are worth, and what is told of mistakes.

use mockforge_ws_interactive::{Declared, Expression, Guard, Named, Names, Vocabulary};
use serde_json::{Map, Value, json};

/// What the names are in these tests.
fn names() -> Map<String, Value> {
    let names = json!({
        "$": {
            "user": "Ada", "n": 2, "price": 2.5, "big": u64::MAX, "none": null, "yes": true, "empty": "",
            "a b": 1, "var": 7, "list": [1, 2, 3],
            "items": [{ "id": 1, "tags": ["a"] }, { "id": 2, "tags": [] }],
            "deep": { "y": [[1], [2.0]] },
        },
        "message": "GET /é",
        "state": { "said": 0, "role": "guest", "any": "x" },
        "machine": "start",
        "path": { "id": "17" },
        "connection": { "id": "c1", "number": 3 },
        "elapsed": 1500,
    });
    names.as_object().expect("it is an object").clone()
}

fn with<T>(run: impl FnOnce(&Vocabulary<'_>) -> T) -> T {
    let state = json!({ "said": 0, "role": "guest", "any": 0 });
    let shared = json!({ "count": 3 });
    let vars = json!({ "limit": 10, "user": { "name": "Ada" }, "names": ["Ada", "Bob"] });
    let [state, shared, vars] = [&state, &shared, &vars].map(|map| map.as_object().expect("it is an object"));
    run(&Vocabulary {
        state: Declared::varying(state, &|name| name == "any"),
        shared: Declared::fixed(shared),
        vars: Declared::fixed(vars),
    })
}

/// A text with each mistake of it: where it stands, and what is told.
fn mistakes(text: &str, problems: &[mockforge_ws_diagnostic::Problem]) -> Vec<String> {
    let at = |span: &Option<std::ops::Range<usize>>| span.clone().map_or("", |at| &text[at]).to_owned();
    problems.iter().map(|problem| format!("{} | {problem}", at(&problem.span))).collect()
}

/// Every text is both a guard and an expression, or has the same mistakes as either.
#[test]
fn expressions_have_values() {
    let check = |text: &str, expect: &str| {
        let value = match with(|vocabulary| Expression::parse(text, vocabulary)) {
            Ok(expression) => expression.value(&names()).map(|value| value.to_string()),
            Err(problems) => Err(mistakes(text, &problems).join("\n")),
        };
        let told = value.unwrap_or_else(|reason| format!("! {reason}"));
        assert_eq!(told, expect, "{text}");
    };
    // Names.
    check("$", &names()["$"].to_string());
    check("$['a b'] + $.var", "8");
    check("message + machine", "\"GET /éstart\"");
    check("[state.said, state[\"role\"], connection.number]", r#"[0,"guest",3]"#);
    check("int(path.id) + 1", "18");
    check("elapsed >= 1500", "true");
    check("var.user.name + var['names'][1]", "\"AdaBob\"");
    check("$.deep.y[1][0]", "2.0");
    check("$.zz.y", "! `$.zz` is missing");
    check("$.list[3]", "! `$.list[3]` is missing");
    check("$.list[-1]", "! `$.list[-1]` is missing");
    check("$.list[1.0] + $.list[$.n]", "5");
    check("$[$.user]", "! `$[$.user]` is missing");
    check("$.user.name", "! `$.user` is a text, which has no field `name`");
    check("$.none.name", "! `$.none` is null, which has no field `name`");
    check("query.x", "! there is no `query` here");
    // Numbers.
    check("$.n * 2", "4");
    check("$.price * 2", "5.0");
    check("2 * $.price - $.n / 4", "5.0");
    check("$.n / 4.0", "0.5");
    check("-7 / 2 + -7 % 2", "-4");
    check("$.big - 1", "18446744073709551614");
    check("9223372036854775807 + 1", "9223372036854775808");
    check("-9223372036854775808 - 1", "! a whole number has at most 64 bits");
    check("$.big + 1", "! a whole number has at most 64 bits");
    check("$.big * $.big * $.big", "! a whole number has at most 64 bits");
    check("0x10 + 2u", "18");
    check("7 % 0", "! a whole number is divided by zero");
    check("$.n / 0", "! a whole number is divided by zero");
    check("$.price / 0 > 1000", "true");
    check("$.price / 0", "! JSON has no number inf");
    check("$.price % 2", "! `%` is for whole numbers");
    check("($.n + 1) % 2", "1");
    check("$.n == 2.0 && $.n < 2.5 && 2 in [1.0, 2.0]", "true");
    check("9007199254740993 == 9007199254740992.0", "false");
    check("double('NaN') == double('NaN') || double('NaN') < 1", "false");
    // Texts, lists, objects.
    check("size(message) + size($.items) + $.size()", "20");
    check("[size(message), size($.list), $.items.size(), size($)]", "[6,3,2,12]");
    check("message.contains('/') && message.startsWith('GET') && message.endsWith('é')", "true");
    check("message.matches('^G.T') && matches($.user, '(?i)ADA')", "true");
    check("$.n.contains('x')", "! `$.n` is a number, not a text");
    check("[1.0] + [2] == [1, 2.0] && $.list == [1, 2, 3] && [1, 2, 3] == $.list", "true");
    check("$.deep == {'y': [[1.0], [2]]} && {'y': 1} != $.deep", "true");
    check("[1] in $.deep.y && 'user' in $ && !('x' in $)", "true");
    check("{'a': {'b': [1.5]}, 'c': null}", r#"{"a":{"b":[1.5]},"c":null}"#);
    check("{'a': 1, 'a': 2}", "! the key `a` is there twice");
    check("{'a': {'b': 7}}.a['b']", "7");
    check("[string(1), string(1.5), string(true), string('x')]", r#"["1","1.5","true","x"]"#);
    check("[int('7'), int(2.9), int(-2.9), uint(3), double('1e3'), bool('true')]", "[7,2,-2,3,1000.0,true]");
    check("[int('0x1F'), int('0Xff'), uint('0xffffffffffffffff')]", "[31,255,18446744073709551615]");
    check("int('0x')", "! `int` makes nothing of the text \"0x\"");
    check("int('0x-1')", "! `int` makes nothing of the text \"0x-1\"");
    check("int('0x10000000000000000')", "! a whole number has at most 64 bits");
    check("members('lobby')", "[]");
    check("int($.user)", "! `int` makes nothing of the text \"Ada\"");
    check("uint(-1)", "! `uint` takes no number below zero, this is -1");
    check("int(1e300)", "! a whole number has at most 64 bits");
    check("type($.n) == int && type($.user) == string && type($.none) == null_type", "true");
    // Truth.
    check("has($.user) && !has($.zz) && has(state.role) && has(var.limit)", "true");
    check("has($.zz.y)", "! `$.zz` is missing");
    check("has($.user.x)", "! `$.user` is a text, which has no field `x`");
    check("$.zz && false || $.yes", "true");
    check("$.zz || true", "true");
    check("$.zz && $.yes", "! `$.zz` is missing");
    check("$.n && true", "! `$.n` is a number, not true or false");
    check("$.yes ? $.n : $.zz", "2");
    check("$.n > $.user", "! two numbers or two texts are compared, not a number and a text");
    // Loops.
    check("$.items.exists(x, x.id == 2) && !$.items.all(x, size(x.tags) > 0)", "true");
    check("$.items.exists_one(x, x.id > 0) || $.items.exists_one(x, x.id == 1)", "true");
    check("$.items.filter(x, x.id > 1).map(x, x.id * 10)", "[20]");
    check("$.items.map(x, size(x.tags) > 0, x.tags[0])", r#"["a"]"#);
    check("$.list.map(a, $.list.map(b, a * b))", "[[1,2,3],[2,4,6],[3,6,9]]");
    check(
        "connection.map(key, key)",
        "! key | `key` has a meaning already (name the variable otherwise, for example `x`)",
    );
    check("connection.map(k, k)", r#"["id","number"]"#);
    check("[$.zz, 1].exists(x, x == 1)", "! `$.zz` is missing");
    check("$.items.exists(x, x.zz == 1 || x.id == 2)", "true");
    check("$.items.all(x, x.zz == 1)", "! `x.zz` is missing");
    check("$.user.exists(x, true)", "! `$.user` is a text, not a list or an object");
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let check = |text: &str, expect: &[&str]| {
        let problems = with(|vocabulary| Guard::parse(text, vocabulary)).expect_err(text);
        let told = mistakes(text, &problems);
        assert_eq!(told.len(), expect.len(), "{text}: {told:#?}");
        for (told, expect) in told.iter().zip(expect) {
            assert!(told.starts_with(expect), "{text}: {told}\nshould begin with\n{expect}");
        }
    };
    // Names.
    check(
        "stat.said > 1 && foo(something) == state.rolle",
        &[
            "stat | no such name `stat` (did you mean `state`?)",
            "foo | no such function `foo`",
            "something | no such name `something` (a field of the message is `$.something`",
            "rolle | no such name `state.rolle` (did you mean `role`?)",
        ],
    );
    check("shared.cnt == 1", &["cnt | no such name `shared.cnt` (`shared` has `count`)"]);
    check("var.limi > 1", &["limi | no such name `var.limi` (did you mean `limit`?)"]);
    check("var.user.nam == ''", &["nam | no such name `var.user.nam` (did you mean `name`?)"]);
    check(
        "connection['nmber'] == 1",
        &["'nmber' | no such name `connection.nmber` (did you mean `number`?)"],
    );
    check("has(state.sayd)", &["sayd | no such name `state.sayd` (did you mean `said`?)"]);
    check("$.x == undefined", &["undefined | no such name `undefined` (write `null`"]);
    // Functions.
    check("$.items.exist(x, x.y)", &["exist | no such function `exist` (did you mean `exists`?)"]);
    check("len($.user) > 0", &["len | no such function `len` (did you mean `size`?)"]);
    check("size($.user, 1) > 0", &["size | `size` is called as `size(x)`"]);
    check("contains($.a, 'b')", &["contains | `contains` is called as `text.contains(part)`"]);
    check("$.a.contains(1)", &["1 | `contains` takes a text, this is a number"]);
    check("has($)", &["has($) | `has` asks for a field (write `has($.field)`"]);
    check("$.a in members(1)", &["1 | `members` takes a text, this is a number"]);
    check("'lobby'.members()", &["members | `members` is called as `members(\"room\")`"]);
    check("$.a in member('lobby')", &["member | no such function `member` (did you mean `members`?)"]);
    check("members('lobby') == 'x'", &["== | a list never equals a text"]);
    check("message.matches('(')", &["'(' | this regex can't be: unclosed group"]);
    check("message.matches($.re)", &["$.re | the regex of `matches` is written out"]);
    check("message.matches(r'(\\w{1000}){100}')", &["r'(\\w{1000}){100}' | this regex can't be: "]);
    check("$.a.exists(1, true)", &["1 | a loop begins with the name of its variable"]);
    check("$.a.exists($, true)", &["$ | a loop begins with the name of its variable"]);
    check("$.a.exists(x, 'y')", &["'y' | a loop asks what is true or false, this is a text"]);
    check(
        "elapsed.exists(x, true)",
        &["elapsed | a loop goes over a list or the keys of an object, this is a number"],
    );
    // Types.
    check(
        "size($.user)",
        &[
            "size($.user) | a guard gives true or false, this gives a number (compare it, for example `size($.user) > 0`)",
        ],
    );
    check(
        "machine",
        &["machine | a guard gives true or false, this gives a text (compare it, for example `machine == "],
    );
    check(
        "state.said + 'x' == ''",
        &[
            "+ | `+` adds two numbers, two texts or two lists, not a number and a text (make it a text with `string(state.said)`)",
        ],
    );
    check("1 && true", &["1 | `&&` joins what is true or false, this is a number"]);
    check(
        "(1 + (2)) && true",
        &[
            "1 + (2) | `&&` joins what is true or false, this is a number (compare it, for example `1 + (2) > 0`)",
        ],
    );
    check("'a' > 1", &["> | two numbers or two texts are compared, not a text and a number"]);
    check(
        "path.id >= 3",
        &[
            ">= | two numbers or two texts are compared, not a text and a number (make it a number with `double(path.id)`)",
        ],
    );
    check("state.said == 'x'", &["== | a number never equals a text"]);
    check("!1", &["1 | `!` turns what is true or false, this is a number"]);
    check("-'x' == 1", &["'x' | `-` is for numbers, this is a text"]);
    check(
        "'a' in 'abc'",
        &[
            "in | `in` looks into a list or an object, not into a text (for a part of a text write `'abc'.contains('a')`)",
        ],
    );
    check("machine.x == 1", &["machine | a field is read of an object, this is a text"]);
    check("{1: 2} == $", &["1 | a key of an object is a text, this is a number"]);
    check("1 ? true : false", &["1 | what stands before `?` is true or false, this is a number"]);
    check(
        "b'x' == $.x || Foo{a: 1} == $",
        &["b'x' | there are no bytes", "{ | there are no types of messages"],
    );
    // Syntax.
    check("", &[" | there is no expression (for example `size($.user) > 0`)"]);
    check("$.a = 1", &["= | `=` is not expected here (write `==`)"]);
    check("$.a and $.b", &["and | `and` is not expected here (write `&&`)"]);
    check("(1 + 2", &["( | this `(` is not closed"]);
    check("'é' ==", &["= | something is missing after `=`"]);
    check("'é' == \n 'é' #", &["# | `#` is not expected here"]);
    check("'abc", &["'abc | this text has no closing quote"]);
    check(r"'a\q' == ''", &[r"'a\q' | this text has an escape that there is not"]);
    check("99999999999999999999 > 1", &["99999999999999999999 | `99999999999999999999` is no whole number"]);
    check("as", &["as | `as` is reserved and can be no name"]);
    check("$.?user == 1", &[". | `.` is not supported here (ask with `has(…)` first"]);
    check("$.list[*] == 1", &["[* | `[*]` is JSONPath; an expression is CEL"]);
    check("$..x == $.a.*", &[".. | `..` is JSONPath", ".* | `.*` is JSONPath"]);
    check("$.items[?(@.id == 1)] == 1", &["[? | `[?…]` is JSONPath"]);
    check("$user == _", &["$ | `$` stands by itself", "_ | no such name `_`"]);
    // Bounds.
    check(&"x".repeat(4097), &[" | an expression has at most 4096 bytes, this has 4097"]);
    check(
        &format!("{}1{}", "(".repeat(9), ")".repeat(9)),
        &["( | brackets and parentheses nest at most 8 deep"],
    );
    check(&format!("1{} > 1", " + 1".repeat(200)), &["+ | this expression is too deep"]);
    check("$.a.map(a, $.a.map(b, $.a.map(c, 1))) == []", &["map(c, 1) | loops nest at most 2 deep"]);
}

#[test]
fn a_guard_tells_why_it_does_not_hold() {
    let check = |text: &str, expect: Option<&str>| {
        let guard = with(|vocabulary| Guard::parse(text, vocabulary)).expect("the test's guard is good");
        assert_eq!(guard.explain(&names()).as_deref(), expect, "{text}");
        assert_eq!(guard.holds(&names()) == Ok(true), expect.is_none(), "{text}");
        assert_eq!(guard.to_string(), text);
    };
    check("size($.user) > 0", None);
    check("$.yes && size($.empty) > 0 && $.zz", Some("size($.empty) > 0: size($.empty) is 0"));
    check("state.role == \"admin\"", Some("state.role == \"admin\": state.role is \"guest\""));
    check("($.yes && $.n > 5)", Some("$.n > 5: $.n is 2"));
    check("$.n > elapsed", Some("$.n > elapsed: $.n is 2, elapsed is 1500"));
    check("!$.yes", Some("!$.yes: $.yes is true"));
    check("$.yes == false || $.n > 5", Some("$.yes == false || $.n > 5: $.yes is true, $.n is 2"));
    check("message.startsWith('PUT')", Some("message.startsWith('PUT'): message is \"GET /é\""));
    check(
        "has($.zz)",
        Some("has($.zz): $ is {\"user\":\"Ada\",\"n\":2,\"price\":2.5,\"big\":18446744073709551615,\"…"),
    );
    check("$.list.all(x, x > 1)", Some("$.list.all(x, x > 1): $.list is [1,2,3]"));
    check("$.yes && 1 > 2", Some("1 > 2: is false"));
    check("$.zz == 1", Some("`$.zz` is missing"));
    check("$.user", Some("`$.user` is a text, not true or false"));
    let long = format!("$.user == '{}'", "x".repeat(300));
    let guard = Guard::parse(&long, &Vocabulary::default()).expect("it is good");
    assert_eq!(guard.explain(&names()).map(|text| text.chars().count()), Some(201));
}

/// What is made to answer is made once, and a message that is no JSON has no `$`.
#[test]
fn names_are_asked_when_they_are_needed() {
    struct Counting(std::cell::Cell<usize>);
    impl Names for Counting {
        fn get<'n>(&'n self, name: &str) -> Option<Named<'n>> {
            (name == "streams").then(|| {
                self.0.set(self.0.get() + 1);
                json!({ "ticks": ["EUR"] }).into()
            })
        }
    }
    let names = Counting(std::cell::Cell::new(0));
    let guard = Guard::parse("['EUR', 'EUR'].all(x, x in streams.ticks) || $.zz", &Vocabulary::default());
    assert_eq!(guard.expect("it is good").holds(&names), Ok(true));
    assert_eq!(names.0.get(), 1);
    let guard = Guard::parse("has($.zz)", &Vocabulary::default()).expect("it is good");
    assert_eq!(guard.holds(&names), Err("the message is no JSON, so there is no `$`".into()));
}

/// Rooms are asked for by name, and are whatever the surroundings have.
#[test]
fn members_of_rooms() {
    struct Rooms;
    impl Names for Rooms {
        fn get<'n>(&'n self, name: &str) -> Option<Named<'n>> {
            (name == "message").then(|| "lobby".into())
        }

        fn members(&self, room: &str) -> Vec<String> {
            match room {
                "lobby" => vec!["ada".into(), "bob".into()],
                "large" => vec!["x".into(); 1000],
                _ => Vec::new(),
            }
        }
    }
    let check = |text: &str, expect: Result<Value, &str>| {
        let expression = Expression::parse(text, &Vocabulary::default()).expect(text);
        assert_eq!(expression.value(&Rooms), expect.map_err(str::to_owned), "{text}");
    };
    check("members('lobby')", Ok(json!(["ada", "bob"])));
    check("members(message)", Ok(json!(["ada", "bob"])));
    check("size(members('large')) + members('empty').size()", Ok(json!(1000)));
    check("'ada' in members(message) && !('eve' in members('lob' + 'by'))", Ok(json!(true)));
    check("members('lobby').exists(name, name.startsWith('b'))", Ok(json!(true)));
    check("members($)", Err("the message is no JSON, so there is no `$`"));
    let many = "members('large').all(x, members('large').all(y, size(members('large')) > 0))";
    check(many, Err("this takes more than 1000000 steps with so large a message"));
    let guard = Guard::parse("'eve' in members(message)", &Vocabulary::default()).expect("it is good");
    let told = guard.explain(&Rooms);
    assert_eq!(told.as_deref(), Some("'eve' in members(message): members(message) is [\"ada\",\"bob\"]"));
}

/// Work that grows faster than the message is refused, also where an error is made up for.
#[test]
fn work_is_bounded() {
    let check = |text: &str, refused: bool| {
        let list: Vec<Value> = (0..20_000).map(Value::from).collect();
        let message = json!({ "list": list, "text": "x".repeat(100_000) });
        let names = Map::from_iter([("$".to_owned(), message)]);
        let expression =
            Expression::parse(text, &Vocabulary::default()).expect("the test's expression is good");
        let told = expression.value(&names).err();
        let limit = told.as_deref() == Some("this takes more than 1000000 steps with so large a message");
        assert_eq!(limit, refused, "{text}: {told:?}");
    };
    check("$.list.exists(x, x == 19999)", false);
    check("$.list.map(x, x * 2 + 1).size() == 20000", false);
    check("$.text + $.text + $.text == ''", false);
    check("$.list.exists(x, $.list.exists(y, x + y == -1))", true);
    check("$.list.all(x, $.list.exists(y, y == -1) || true)", true);
    check("$.list.map(x, $.text)", true);
    check("$.list.map(x, $.text + $.text).size()", true);
    check("$.list.map(x, $.list)", true);
    check("$.list.exists(x, $.text.contains('y'))", true);
    check("$.list.exists(x, $.text.matches('y+z'))", true);
    check("$.list.exists(x, size($.text) == x - 1000000)", true);
    check("$.list.exists(x, x + 0.5 in $.list)", true);
    check("$.list.exists(x, $.list == [x])", false);
}

/// The deepest texts that are let through, on the stack of a thread of tokio.
#[test]
fn the_stack_is_enough() {
    let texts = [
        format!("{}1{} == 1", "(".repeat(8), ")".repeat(8)),
        format!("{}1{} == []", "[".repeat(8), "]".repeat(8)),
        format!("{}1{} == $", "{'a': ".repeat(8), "}".repeat(8)),
        format!("{}'x'{} == 1", "size(".repeat(8), ")".repeat(8)),
        format!("{}1{} == 1", "-(1 + 1 * ".repeat(8), ")".repeat(8)),
        format!("{}1{} == 1", "-(1 + 1 + 1 + 1 * ".repeat(8), ")".repeat(8)),
        format!("1{} == 1", " + 1".repeat(60)),
        format!("${} == 1", ".a".repeat(60)),
        format!("${} == 1", "[0]".repeat(60)),
        format!("{}$.b == 1", "!".repeat(60)),
        format!("{}{}true{}", "(".repeat(7), "$.a ? true : ".repeat(10), ")".repeat(7)),
        format!("{}true", "$.a ? true : ".repeat(16)),
        format!("true{}", " && true".repeat(500)),
        format!("true{}", " || !($.a == 1)".repeat(250)),
    ];
    for text in &texts {
        let problems = Expression::parse(text, &Vocabulary::default()).err().unwrap_or_default();
        assert!(!problems.iter().any(|problem| problem.message.contains("deep")), "{text}: {problems:?}");
    }
    let refused = ["(", "[", "{", "a.", "?", "a ? b : ", "-", "!", "a[", "a(", "'", "$", "&&", "1,"];
    let texts = texts.into_iter().chain(refused.map(|part| part.repeat(4096 / part.len())));
    let run = move || {
        for text in texts {
            let names = names();
            let Ok(expression) = Expression::parse(&text, &Vocabulary::default()) else { continue };
            let _ = expression.value(&names);
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("there are threads");
    thread.join().expect("the stack was enough");
}
