//! Mistakes in names, with where they are and what to do.

use std::sync::Arc;

use mockforge_ws_template::{Options, Template};

use crate::errors::{reports, reports_with};

#[test]
fn names() {
    insta::assert_snapshot!(reports(&[
        "{{uid}}",
        "{{randint 1 2}}",
        "{{user}}",
        "{{name}}",
        "{{request.path.id}}",
        "{{rand.int 1 2}}",
        "{{request.body.user.id}}",
        "{{message.symbol}}",
        "{{timestamp}}",
        "{{stat.user}}",
        "{{faker.emial}} {{faker.internet.email}} {{faker.zzzzzzzzz}}",
        "{{faker}} {{path}} {{env}}",
        "{{env.HOME}} {{env.REGOIN}}",
        "{{var.nam}} {{var.zzzzzz}} {{var.deep.x}}",
        "{{state.}} {{state..x}} {{path.}}",
        "{{this}} {{../x}} {{@index}} {{@indx}}",
        "{{#each $.a}}{{naem}}{{../x}}{{/each}}",
        "{{$.a-b}} {{$name}} {{$.}}",
        "{{$.a[0}} {{$.a['x}}",
        "{{1h}}",
        "{{sender.name}} {{sendr}} {{elapsed 1}} {{error 'x'}} {{clientId}} {{seq.x}}",
        "{{room.nmae}} {{room.x.y}} {{room}} {{room.}}",
        "{{connection.ip}} {{connection.nubmer}} {{connection}}",
        "{{shred.x}} {{shared.}} {{row..x}} {{streams}}",
    ]), @r#"
    {{uid}}
      ^^^ no such helper or value `uid`
        did you mean `uuid`?

    {{randint 1 2}}
      ^^^^^^^ no such helper or value `randint`
        did you mean `randInt`?

    {{user}}
      ^^^^ no such helper or value `user`
        a field of the message is `$.user`, a value of `set` is `state.user`

    {{name}}
      ^^^^ no such helper or value `name`
        did you mean `var.name`?

    {{request.path.id}}
      ^^^^^^^^^^^^^^^ no such helper or value `request.path.id`
        did you mean `{{path.id}}`?

    {{rand.int 1 2}}
      ^^^^^^^^ no such helper or value `rand.int`
        did you mean `{{randInt 1 2}}`?

    {{request.body.user.id}}
      ^^^^^^^^^^^^^^^^^^^^ no such helper or value `request.body.user.id`
        did you mean `{{$.user.id}}`?

    {{message.symbol}}
      ^^^^^^^^^^^^^^ no such helper or value `message.symbol`
        did you mean `{{$.symbol}}`?

    {{timestamp}}
      ^^^^^^^^^ no such helper or value `timestamp`
        did you mean `{{now.unix}}`?

    {{stat.user}}
      ^^^^^^^^^ no such helper or value `stat.user`
        did you mean `state.user`?

    {{faker.emial}} {{faker.internet.email}} {{faker.zzzzzzzzz}}
            ^^^^^ no such faker `faker.emial`
              did you mean `faker.email`?
                            ^^^^^^^^^^^^^^ no such faker `faker.internet.email`
                              did you mean `faker.email`?
                                                     ^^^^^^^^^ no such faker `faker.zzzzzzzzz`
                                                       there are `faker.name`, `faker.email`, `faker.city` …

    {{faker}} {{path}} {{env}}
      ^^^^^ `faker` wants a name
        as in `{{faker.name}}`
                ^^^^ `path` wants a name
                  as in `{{path.id}}`
                         ^^^ `env` wants a name
                           as in `{{env.NAME}}`

    {{env.HOME}} {{env.REGOIN}}
          ^^^^ templates may not read the environment variable `HOME`
            allow it in the configuration: `templates: {env: [HOME]}`
                       ^^^^^^ templates may not read the environment variable `REGOIN`
                         did you mean `env.REGION`?

    {{var.nam}} {{var.zzzzzz}} {{var.deep.x}}
          ^^^ no such constant `var.nam`
            did you mean `var.name`?
                      ^^^^^^ no such constant `var.zzzzzz`
                        there are `var.name`, `var.n`, `var.deep`, `var.markup`
                                     ^^^^^^ no such constant `var.deep.x`

    {{state.}} {{state..x}} {{path.}}
           ^ `state.` is not written as names with dots between
             a key with other characters stands in brackets: `state.[a key].b`
                       ^^ `state..x` is not written as names with dots between
                         a key with other characters stands in brackets: `state.[a key].b`
                                  ^ `path.` wants a name

    {{this}} {{../x}} {{@index}} {{@indx}}
      ^^^^ `this` stands in no such `{{#each}}`
        the message is `$`: `{{$}}`
               ^^^^ `../x` stands in no such `{{#each}}`
                 the message is `$`: `{{$.x}}`
                        ^^^^^^ `@index` stands in no such `{{#each}}` or `{{#repeat}}`
                                   ^^^^^ no such loop value `@indx`
                                     did you mean `@index`?

    {{#each $.a}}{{naem}}{{../x}}{{/each}}
                   ^^^^ no such helper or value `naem`
                     a member of the element is `this.naem`, of the message `$.naem`
                           ^^^^ `../x` stands in no such `{{#each}}`
                             the message is `$`: `{{$.x}}`

    {{$.a-b}} {{$name}} {{$.}}
         ^^ no JSONPath: `-` can't stand in a name after a dot
           write `['a-b']` in place of `.a-b`
                 ^^^^ no JSONPath: `.` or `[` was expected in place of `n`
                   did you mean `$.name`?
                           ^ no JSONPath: a name or `*` was expected after the dot

    {{$.a[0}} {{$.a['x}}
         ^ `[` is never closed
                    ^ this ' is never closed
                      strings end with the quote that they begin with; inside it is `\'`

    {{1h}}
      ^^ `1h` is no number

    {{sender.name}} {{sendr}} {{elapsed 1}} {{error 'x'}} {{clientId}} {{seq.x}}
      ^^^^^^^^^^^ no such helper or value `sender.name`
        `sender` has no members
                      ^^^^^ no such helper or value `sendr`
                        did you mean `sender`?
                                        ^ `elapsed` takes no arguments, got 1
                                          as in `{{elapsed}}`
                                                    ^^^ `error` takes no arguments, got 1
                                                      as in `{{error}}`
                                                            ^^^^^^^^ no such helper or value `clientId`
                                                              did you mean `{{connection.id}}`?
                                                                         ^^^^^ no such helper or value `seq.x`
                                                                           `seq` has no members

    {{room.nmae}} {{room.x.y}} {{room}} {{room.}}
           ^^^^ no such value `room.nmae`
             did you mean `room.name`?
                         ^^^ no such value `room.x.y`
                           there are `room.name`, `room.size`, `room.members`
                                 ^^^^ `room` wants a name
                                   as in `{{room.name}}`
                                              ^ `room.` wants a name

    {{connection.ip}} {{connection.nubmer}} {{connection}}
                 ^^ no such value `connection.ip`
                   there are `connection.id`, `connection.number`
                                   ^^^^^^ no such value `connection.nubmer`
                                     did you mean `connection.number`?
                                              ^^^^^^^^^^ `connection` wants a name
                                                as in `{{connection.id}}`

    {{shred.x}} {{shared.}} {{row..x}} {{streams}}
      ^^^^^^^ no such helper or value `shred.x`
        did you mean `shared.x`?
                        ^ `shared.` is not written as names with dots between
                          a key with other characters stands in brackets: `state.[a key].b`
                                  ^^ `row..x` is not written as names with dots between
                                    a key with other characters stands in brackets: `state.[a key].b`
                                         ^^^^^^^ `streams` wants a name
                                           as in `{{streams.NAME}}`
    "#);
}

/// Names that are known.
fn known(names: &[&str]) -> Option<Arc<std::collections::BTreeSet<String>>> {
    Some(Arc::new(names.iter().map(ToString::to_string).collect()))
}

#[test]
fn names_that_nothing_sets() {
    let options = Options {
        state: known(&["user", "said", "a b"]),
        shared: known(&["total"]),
        streams: known(&["ticks"]),
        ..Options::default()
    };
    for fine in [
        "{{state.user.anything}} {{state}} {{state['a b'].x}} {{shared.total}} {{shared}} {{streams.ticks}}",
        "{{#each state.user}}{{/each}} {{default state.said 0}}",
    ] {
        assert!(Template::parse(fine, &options).is_ok(), "{fine}");
    }
    insta::assert_snapshot!(reports_with(&[
        "{{state.usr}} {{state['usr'].name}} {{#if state.zzzzzz}}{{/if}}",
        "{{shared.totel.x}} {{shared.user}} {{streams.tick}} {{streams.quotes}}",
        "{{said}} {{total}} {{ticks}} {{user.name}}",
    ], &options), @r#"
    {{state.usr}} {{state['usr'].name}} {{#if state.zzzzzz}}{{/if}}
            ^^^ nothing sets `state.usr`
              did you mean `state.user`?
                         ^^^^^^^^^^^^ nothing sets `state.usr`
                           did you mean `state.user`?
                                                    ^^^^^^ nothing sets `state.zzzzzz`
                                                      there are `state.a b`, `state.said`, `state.user`

    {{shared.totel.x}} {{shared.user}} {{streams.tick}} {{streams.quotes}}
             ^^^^^^^ nothing sets `shared.totel`
               did you mean `shared.total`?
                                ^^^^ nothing sets `shared.user`
                                  did you mean `state.user`?
                                                 ^^^^ no such stream `tick`
                                                   did you mean `streams.ticks`?
                                                                  ^^^^^^ no such stream `quotes`
                                                                    there is `streams.ticks`

    {{said}} {{total}} {{ticks}} {{user.name}}
      ^^^^ no such helper or value `said`
        did you mean `state.said`?
               ^^^^^ no such helper or value `total`
                 did you mean `shared.total`?
                         ^^^^^ no such helper or value `ticks`
                           did you mean `streams.ticks`?
                                   ^^^^^^^^^ no such helper or value `user.name`
                                     did you mean `state.user.name`?
    "#);
    let none = Options { state: known(&[]), shared: known(&[]), streams: known(&[]), ..Options::default() };
    insta::assert_snapshot!(reports_with(&["{{state.x}} {{shared.x}} {{streams.x}}"], &none), @r#"
    {{state.x}} {{shared.x}} {{streams.x}}
            ^ nothing sets `state.x`
              no variables are defined here
                         ^ nothing sets `shared.x`
                           no variables are defined here
                                       ^ no such stream `x`
                                         no streams are defined here
    "#);
}
