//! Every mistake, with where it is and what to do.

use mockforge_ws_template::{Options, Template};

use crate::support::World;

/// The text with its mistakes marked below, each with its message and hint.
fn report(text: &str, options: &Options) -> String {
    let Err(problems) = Template::parse(text, options) else {
        return format!("{text}\n(no mistake)\n");
    };
    let mut report = format!("{text}\n");
    for problem in problems {
        let span = problem.span.expect("a template's problems have a place");
        let before = text[..span.start].chars().count();
        let width = text[span].chars().count();
        report += &format!("{}{} {}\n", " ".repeat(before), "^".repeat(width), problem.message);
        if let Some(hint) = problem.hint {
            report += &format!("{}  {hint}\n", " ".repeat(before));
        }
    }
    report
}

pub(crate) fn reports(texts: &[&str]) -> String {
    reports_with(texts, &World::new().options)
}

pub(crate) fn reports_with(texts: &[&str], options: &Options) -> String {
    texts.iter().map(|text| report(text, options)).collect::<Vec<_>>().join("\n")
}

#[test]
fn braces() {
    insta::assert_snapshot!(reports(&[
        "a {{uuid",
        "a {{uuid} b",
        "{{uuid} and {{now}} and {{uid}}",
        "{{}} {{ }}",
        "{{oneOf \"a b}} and {{now}}",
        "{{oneOf \"a b}} and {{oneOf \"c\"}}",
        "{{ it's }}",
        "{{{uuid}} x",
        "{{{{raw}}}}",
        "{{! never",
        "{{!-- never }}",
        "{{> partial}} {{* decorator}}",
    ]), @r#"
    a {{uuid
      ^^ `{{` is never closed
        close it with `}}`, or write `\{{` for literal braces

    a {{uuid} b
      ^^ `{{` is never closed
        `}}` closes it; a single `}` does not

    {{uuid} and {{now}} and {{uid}}
    ^^ `{{` is never closed
      `}}` closes it; a single `}` does not
                              ^^^ no such helper or value `uid`
                                did you mean `uuid`?

    {{}} {{ }}
    ^^^^ `{{` and `}}` with nothing between
      for literal braces write `\{{`
         ^^^^^ `{{` and `}}` with nothing between
           for literal braces write `\{{`

    {{oneOf "a b}} and {{now}}
            ^ this " is never closed
              strings end with the quote that they begin with; inside it is `\"`

    {{oneOf "a b}} and {{oneOf "c"}}
            ^ this " is never closed
              strings end with the quote that they begin with; inside it is `\"`

    {{ it's }}
         ^ this ' is never closed
           strings end with the quote that they begin with; inside it is `\'`

    {{{uuid}} x
    ^^^^^^^^^ `{{{` is closed by `}}}`
      `{{` is enough, as nothing is escaped; a literal brace before a value is `{{"{"}}`

    {{{{raw}}}}
    ^^^^ raw blocks (`{{{{`) are not supported
      for literal braces write `\{{`

    {{! never
    ^^^ this comment is never closed
      add `}}`

    {{!-- never }}
    ^^^^^ this comment is never closed
      add `--}}`

    {{> partial}} {{* decorator}}
      ^ partials (`{{>`) are not supported
                    ^ decorators (`{{*`) are not supported
    "#);
}

#[test]
fn dates() {
    insta::assert_snapshot!(reports(&[
        "{{now+1x}} {{now+h}} {{now+1}} {{now+}}",
        "{{now 1h}} {{now + 1}}",
        "{{now+9999999w}}",
        "{{now.iso}} {{now.milis}} {{now.unix.unixMs}}",
        "{{now '%Q'}} {{now '%Y%'}} {{now '%L'}} {{now '%-a'}} {{now '%4f'}}",
        "{{now 'unix'}} {{now 'yyyy-MM-dd'}}",
        "{{now '%Y' '%m'}} {{now.unix '%Y'}} {{now %Y}}",
    ]), @r#"
    {{now+1x}} {{now+h}} {{now+1}} {{now+}}
         ^^^ no such unit of time `x`
           an offset is a whole number and a unit of ms, s, m, h, d, w: `now+90m`
                    ^^ an offset wants a number after its sign
                      an offset is a whole number and a unit of ms, s, m, h, d, w: `now+90m`
                              ^^ the offset `1` wants a unit
                                an offset is a whole number and a unit of ms, s, m, h, d, w: `now+90m`
                                        ^ an offset wants a number after its sign
                                          an offset is a whole number and a unit of ms, s, m, h, d, w: `now+90m`

    {{now 1h}} {{now + 1}}
          ^^ `now` wants a format in quotes, got `1h`
            an offset joins with its sign: `{{now+1h}}`
                 ^^^^^^^ the offset `1` wants a unit
                   an offset is a whole number and a unit of ms, s, m, h, d, w: `now+90m`

    {{now+9999999w}}
         ^^^^^^^^^ the offset is more than 1000 years

    {{now.iso}} {{now.milis}} {{now.unix.unixMs}}
         ^^^^ no such form `now.iso`
           `{{now}}` is ISO 8601 (RFC 3339) already
                     ^^^^^^ no such form `now.milis`
                       `now.unix`, `now.unixMs`, or a format: `{{now "%H:%M:%S"}}`
                                        ^^^^^^^ a second form of `now`

    {{now '%Q'}} {{now '%Y%'}} {{now '%L'}} {{now '%-a'}} {{now '%4f'}}
           ^^ no such directive `%Q` in a date format
             write `%%` for a percent sign
                          ^ no such directive `%` in a date format
                            write `%%` for a percent sign
                                      ^^ no such directive `%L` in a date format
                                        fractions of a second are `%f`, `%3f`, `%.3f`
                                                   ^^^ no such directive `%-a` in a date format
                                                     `-`, `_` and `0` go with numbers only
                                                                 ^^ no such directive `%4` in a date format
                                                                   write `%%` for a percent sign

    {{now 'unix'}} {{now 'yyyy-MM-dd'}}
           ^^^^ the format has no directive and would always be the same text
             write `{{now.unix}}` or `{{now.unixMs}}`
                          ^^^^^^^^^^ the format has no directive and would always be the same text
                            directives begin with `%`: `%Y-%m-%dT%H:%M:%S%.3fZ`

    {{now '%Y' '%m'}} {{now.unix '%Y'}} {{now %Y}}
               ^^^^ `now` takes at most one format
                 a format with spaces stands in quotes
                                 ^^^^ `now.unix` and `now.unixMs` take no format
                                              ^^ `now` wants a format in quotes, got `%Y`
                                                as in `{{now "%H:%M:%S"}}`
    "#);
}

#[test]
fn blocks() {
    insta::assert_snapshot!(reports(&[
        "{{#if $.a}} never closed",
        "{{#if $.a}}{{#each $.b}}{{/if}}",
        "{{#if $.a}}{{/each}}{{/if}}",
        "{{/if}}",
        "{{else}}",
        "{{#if $.a}}{{else}}{{else}}{{/if}}",
        "{{#if $.a}}{{else}}{{else if $.b}}{{/if}}",
        "{{#fi $.a}}{{uid}}{{/fi}}",
        "{{#$.items}}x{{/$.items}}",
        "{{#}}x{{/}}",
        "{{#if}}x{{/if}}",
        "{{#if eq $.a 1}}x{{/if}}",
        "{{#if (eq $.a)}}x{{/if}}",
        "{{#repeat -1}}x{{/repeat}} {{#repeat 'x'}}x{{/repeat}} {{#repeat}}{{/repeat}}",
        "{{#each}}x{{/each}} {{#each $.a as item}}x{{/each}} {{#each $.a as |a b c|}}x{{/each}}",
        "{{#each $.a}}x{{else if $.b}}y{{/each}}",
        "{{#if $.a}}x{{else maybe}}y{{/if}}",
        "{{#if 'a}}x{{/if}} {{uid}}",
        "{{#each $.a as |n i|}}{{i.x}}{{/each}} {{n}}",
    ]), @r#"
    {{#if $.a}} never closed
    ^^^^^^^^^^^ `{{#if $.a}}` is never closed
      add `{{/if}}`

    {{#if $.a}}{{#each $.b}}{{/if}}
               ^^^^^^^^^^^^^ `{{#each $.b}}` is never closed
                 add `{{/each}}`

    {{#if $.a}}{{/each}}{{/if}}
               ^^^^^^^^^ `{{/each}}` closes nothing
                 `{{#if $.a}}` is closed by `{{/if}}`

    {{/if}}
    ^^^^^^^ `{{/if}}` closes nothing
      no block is open here

    {{else}}
    ^^^^^^^^ `{{else}}` stands in no block

    {{#if $.a}}{{else}}{{else}}{{/if}}
                       ^^^^^^^^ a second `{{else}}` in `{{#if $.a}}`

    {{#if $.a}}{{else}}{{else if $.b}}{{/if}}
                       ^^^^^^^^^^^^^^^ a second `{{else}}` in `{{#if $.a}}`

    {{#fi $.a}}{{uid}}{{/fi}}
       ^^ no such block `#fi`
         blocks are `#if`, `#unless`, `#each`, `#repeat`
                 ^^^ no such helper or value `uid`
                   did you mean `uuid`?

    {{#$.items}}x{{/$.items}}
       ^^^^^^^ no such block `#$.items`
         to go through it write `{{#each $.items}}`

    {{#}}x{{/}}
    ^^^^^ a block wants a name: `{{#if}}`, `{{#unless}}`, `{{#each}}`, `{{#repeat}}`

    {{#if}}x{{/if}}
    ^^^^^^^ `#if` wants a value
      as in `{{#if $.name}}`

    {{#if eq $.a 1}}x{{/if}}
          ^^^^^^^^ `#if` takes one value
            a call stands in parentheses: `{{#if (eq $.a 1)}}`

    {{#if (eq $.a)}}x{{/if}}
           ^^ `eq` takes 2 arguments, got 1
             as in `{{eq A B}}`

    {{#repeat -1}}x{{/repeat}} {{#repeat 'x'}}x{{/repeat}} {{#repeat}}{{/repeat}}
              ^^ `#repeat` wants a whole number of times, got -1
                                         ^^^ `#repeat` wants a whole number of times, got "x"
                                                           ^^^^^^^^^^^ `#repeat` wants a value
                                                             as in `{{#repeat 3}}`

    {{#each}}x{{/each}} {{#each $.a as item}}x{{/each}} {{#each $.a as |a b c|}}x{{/each}}
    ^^^^^^^^^ `#each` wants a value
      as in `{{#each $.items}}`
                                    ^^^^^^^ `as` wants one or two names in bars
                                      as in `as |item index|`
                                                                    ^^^^^^^^^^ `as` wants one or two names in bars
                                                                      as in `as |item index|`

    {{#each $.a}}x{{else if $.b}}y{{/each}}
                  ^^^^^^^^^^^^^^^ `{{else}}` of `#each` takes no condition
                    put an `{{#if}}` after it

    {{#if $.a}}x{{else maybe}}y{{/if}}
                ^^^^^^^^^^^^^^ `else` goes on with `if`, with `unless`, or with nothing
                  as in `{{else if $.name}}`

    {{#if 'a}}x{{/if}} {{uid}}
          ^ this ' is never closed
            strings end with the quote that they begin with; inside it is `\'`
                         ^^^ no such helper or value `uid`
                           did you mean `uuid`?

    {{#each $.a as |n i|}}{{i.x}}{{/each}} {{n}}
                            ^^^ `i` is an index or key and has no members
                                             ^ no such helper or value `n`
                                               did you mean `var.n`?
    "#);
}

#[test]
fn depth_is_bounded() {
    let calls = format!("{{{{upper {}$.x{}}}}}", "(upper ".repeat(10_000), ")".repeat(10_000));
    let blocks = format!("{}{}", "{{#if $.x}}".repeat(10_000), "{{/if}}".repeat(10_000));
    let open = "{{#each $.x}}".repeat(10_000);
    let world = World::new();
    for (text, message) in [
        (calls, "calls nest deeper than 32"),
        (blocks, "blocks nest deeper than 64"),
        (open, "blocks nest deeper than 64"),
    ] {
        let problems = Template::parse(&text, &world.options).unwrap_err();
        assert!(problems.iter().any(|problem| problem.message == message), "{message}");
    }
    let calls = format!("{{{{upper {}$.name{}}}}}", "(upper ".repeat(32), ")".repeat(32));
    assert_eq!(World::new().render(&calls), "BOB");
    let blocks = format!("{}x{}", "{{#if $.id}}".repeat(64), "{{/if}}".repeat(64));
    assert_eq!(World::new().render(&blocks), "x");
}
