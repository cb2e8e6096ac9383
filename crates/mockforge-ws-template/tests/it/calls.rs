//! Mistakes in calls of helpers, with where they are and what to do.

use crate::errors::reports;

#[test]
fn calls() {
    insta::assert_snapshot!(reports(&[
        "{{randInt 1}} {{randInt 1 2 3}}",
        "{{randInt 5 1}} {{randFloat 1 0.5}}",
        "{{randInt 1 x}}",
        "{{randInt 1 'a'}} {{randInt 1 1.5}} {{randInt 1 99999999999999999999}}",
        "{{randInt(1, 100)}}",
        "{{random.int(1,10)}}",
        "{{randInt 1, 100}}",
        "{{randFloat 0 1 99}} {{randFloat a b}}",
        "{{randString -1}} {{randString}}",
        "{{bytes 0}} {{bytes -1 2}}",
        "{{oneOf}} {{default $.x}} {{not}}",
        "{{seq 5}} {{seq $.x}} {{walk 1 2 3}}",
        "{{uuid 4}} {{$.x 1}} {{state.x 1}} {{'a' 'b'}}",
        "{{upper ($.x}} {{upper $.x)}} {{upper ()}}",
        "{{upper (lowr $.x)}} {{upper (randInt 1)}}",
        "{{repeat count=3}}",
    ]), @r#"
    {{randInt 1}} {{randInt 1 2 3}}
      ^^^^^^^ `randInt` takes 2 arguments, got 1
        as in `{{randInt LO HI}}`
                                ^ `randInt` takes 2 arguments, got 3
                                  as in `{{randInt LO HI}}`

    {{randInt 5 1}} {{randFloat 1 0.5}}
              ^^^ the lower bound 5 is above the upper bound 1
                write `1 5`
                                ^^^^^ the lower bound 1 is above the upper bound 0.5
                                  write `0.5 1`

    {{randInt 1 x}}
                ^ no such helper or value `x`
                  a field of the message is `$.x`, a value of `set` is `state.x`

    {{randInt 1 'a'}} {{randInt 1 1.5}} {{randInt 1 99999999999999999999}}
                ^^^ `randInt` wants an integer of 64 bits here, got 'a'
                  as in `{{randInt LO HI}}`
                                  ^^^ `randInt` wants an integer of 64 bits here, got 1.5
                                    as in `{{randInt LO HI}}`
                                                    ^^^^^^^^^^^^^^^^^^^^ `randInt` wants an integer of 64 bits here, got 99999999999999999999
                                                      as in `{{randInt LO HI}}`

    {{randInt(1, 100)}}
      ^^^^^^^ arguments follow the name of a helper after a space, without parentheses
        write `{{randInt 1 100}}`

    {{random.int(1,10)}}
      ^^^^^^^^^^ arguments follow the name of a helper after a space, without parentheses
        write `{{randInt 1 10}}`

    {{randInt 1, 100}}
               ^ arguments are separated by spaces

    {{randFloat 0 1 99}} {{randFloat a b}}
                    ^^ `randFloat` wants a whole number from 0 to 15 here, got 99
                      as in `{{randFloat LO HI [DECIMALS]}}`
                                     ^ no such helper or value `a`
                                       a field of the message is `$.a`, a value of `set` is `state.a`
                                       ^ no such helper or value `b`
                                         a field of the message is `$.b`, a value of `set` is `state.b`

    {{randString -1}} {{randString}}
                 ^^ `randString` wants a whole number, 0 or more here, got -1
                   as in `{{randString LENGTH}}`
                        ^^^^^^^^^^ `randString` takes 1 argument, got 0
                          as in `{{randString LENGTH}}`

    {{bytes 0}} {{bytes -1 2}}
      ^^^^^ `bytes` takes 2 arguments, got 1
        as in `{{bytes FROM LENGTH}}`
                        ^^ `bytes` wants a whole number, 0 or more here, got -1
                          as in `{{bytes FROM LENGTH}}`

    {{oneOf}} {{default $.x}} {{not}}
      ^^^^^ `oneOf` takes at least 1 argument, got 0
        as in `{{oneOf A B …}}`
                ^^^^^^^ `default` takes at least 2 arguments, got 1
                  as in `{{default VALUE OTHERWISE …}}`
                                ^^^ `not` takes 1 argument, got 0
                                  as in `{{not A}}`

    {{seq 5}} {{seq $.x}} {{walk 1 2 3}}
          ^ `seq` wants a name in quotes here, got 5
            as in `{{seq ["NAME"]}}`
                    ^^^ the name of a `seq` is a constant text
                      write it in quotes
                                     ^ `walk` wants a name in quotes here, got 3
                                       as in `{{walk START STEP ["NAME"]}}`

    {{uuid 4}} {{$.x 1}} {{state.x 1}} {{'a' 'b'}}
           ^ `uuid` takes no arguments, got 1
             as in `{{uuid}}`
                     ^ `$.x` takes no arguments
                       a helper's name comes first: `{{upper $.name}}`
                                   ^ `state.x` is a value and takes no arguments
                                             ^^^ `'a'` takes no arguments
                                               a helper's name comes first: `{{upper $.name}}`

    {{upper ($.x}} {{upper $.x)}} {{upper ()}}
            ^ `(` is never closed
                              ^ `)` closes nothing
                                          ^^ `()` calls nothing

    {{upper (lowr $.x)}} {{upper (randInt 1)}}
             ^^^^ no such helper or value `lowr`
               did you mean `lower`?
                                  ^^^^^^^ `randInt` takes 2 arguments, got 1
                                    as in `{{randInt LO HI}}`

    {{repeat count=3}}
      ^^^^^^ no such helper or value `repeat`
        a block is written `{{#repeat …}} … {{/repeat}}`
             ^^^^^^^ arguments have no names: `count=`
               leave the name away
    "#);
}

#[test]
fn calls_of_collections() {
    insta::assert_snapshot!(reports(&[
        "{{lookup state.a}} {{lookup $.a 1 2}} {{size}} {{size $.a $.b}}",
        "{{keys}} {{join $.list}} {{join $.list ', ' x}}",
        "{{length $.list}} {{lokup $.a 1}} {{count}}",
    ]), @r#"
    {{lookup state.a}} {{lookup $.a 1 2}} {{size}} {{size $.a $.b}}
      ^^^^^^ `lookup` takes 2 arguments, got 1
        as in `{{lookup OF KEY}}`
                                      ^ `lookup` takes 2 arguments, got 3
                                        as in `{{lookup OF KEY}}`
                                            ^^^^ `size` takes 1 argument, got 0
                                              as in `{{size OF}}`
                                                              ^^^ `size` takes 1 argument, got 2
                                                                as in `{{size OF}}`

    {{keys}} {{join $.list}} {{join $.list ', ' x}}
      ^^^^ `keys` takes 1 argument, got 0
        as in `{{keys OF}}`
               ^^^^ `join` takes 2 arguments, got 1
                 as in `{{join OF SEPARATOR}}`
                                                ^ no such helper or value `x`
                                                  a field of the message is `$.x`, a value of `set` is `state.x`
                                                ^ `join` takes 2 arguments, got 3
                                                  as in `{{join OF SEPARATOR}}`

    {{length $.list}} {{lokup $.a 1}} {{count}}
      ^^^^^^ no such helper or value `length`
        did you mean `{{size $.list}}`?
                        ^^^^^ no such helper or value `lokup`
                          did you mean `lookup`?
                                        ^^^^^ no such helper or value `count`
                                          did you mean `{{size $.list}}`?
    "#);
}

#[test]
fn calls_of_numbers() {
    insta::assert_snapshot!(reports(&[
        "{{add 1}} {{sub 1 2 3}} {{mul 1 'x'}} {{div '1' 2}} {{add true 1}}",
        "{{hexInt -1}} {{hexInt 1.5}} {{hexInt 99999999999999999999}} {{hexInt 'x'}}",
        "{{randHex}} {{randHex -1}} {{randHex 'x'}}",
        "{{plus 1 2}} {{randomHex 4}} {{multiply $.a 2}}",
    ]), @r#"
    {{add 1}} {{sub 1 2 3}} {{mul 1 'x'}} {{div '1' 2}} {{add true 1}}
      ^^^ `add` takes 2 arguments, got 1
        as in `{{add A B}}`
                        ^ `sub` takes 2 arguments, got 3
                          as in `{{sub A B}}`
                                    ^^^ `mul` wants a number here, got 'x'
                                      as in `{{mul A B}}`
                                                ^^^ `div` wants a number here, got '1'
                                                  as in `{{div A B}}`
                                                              ^^^^ `add` wants a number here, got true
                                                                as in `{{add A B}}`

    {{hexInt -1}} {{hexInt 1.5}} {{hexInt 99999999999999999999}} {{hexInt 'x'}}
             ^^ `hexInt` wants a whole number, 0 or more here, got -1
               as in `{{hexInt N [BYTES]}}`
                           ^^^ `hexInt` wants a whole number, 0 or more here, got 1.5
                             as in `{{hexInt N [BYTES]}}`
                                          ^^^^^^^^^^^^^^^^^^^^ `hexInt` wants a whole number, 0 or more here, got 99999999999999999999
                                            as in `{{hexInt N [BYTES]}}`
                                                                          ^^^ `hexInt` wants a whole number, 0 or more here, got 'x'
                                                                            as in `{{hexInt N [BYTES]}}`

    {{randHex}} {{randHex -1}} {{randHex 'x'}}
      ^^^^^^^ `randHex` takes 1 argument, got 0
        as in `{{randHex BYTES}}`
                          ^^ `randHex` wants a whole number, 0 or more here, got -1
                            as in `{{randHex BYTES}}`
                                         ^^^ `randHex` wants a whole number, 0 or more here, got 'x'
                                           as in `{{randHex BYTES}}`

    {{plus 1 2}} {{randomHex 4}} {{multiply $.a 2}}
      ^^^^ no such helper or value `plus`
        did you mean `{{add 1 2}}`?
                   ^^^^^^^^^ no such helper or value `randomHex`
                     did you mean `{{randHex 4}}`?
                                   ^^^^^^^^ no such helper or value `multiply`
                                     did you mean `{{mul $.a 2}}`?
    "#);
}

#[test]
fn calls_of_widths_and_integers() {
    insta::assert_snapshot!(reports(&[
        "{{hexInt 1 0}} {{hexInt 1 4097}} {{hexInt 1 'x'}} {{hexInt 256 1}} {{hexInt 1 2 3}}",
        "{{int}} {{int 1.5}} {{int 'x'}} {{int '0x'}} {{int true}} {{int 1 100}} {{parseInt $.n}}",
        "{{members}} {{members 'a' 'b'}} {{member 'a'}}",
    ]), @r#"
    {{hexInt 1 0}} {{hexInt 1 4097}} {{hexInt 1 'x'}} {{hexInt 256 1}} {{hexInt 1 2 3}}
               ^ `hexInt` wants a whole number from 1 to 4096 here, got 0
                 as in `{{hexInt N [BYTES]}}`
                              ^^^^ `hexInt` wants a whole number from 1 to 4096 here, got 4097
                                as in `{{hexInt N [BYTES]}}`
                                                ^^^ `hexInt` wants a whole number from 1 to 4096 here, got 'x'
                                                  as in `{{hexInt N [BYTES]}}`
                                                               ^^^^^ 0x100 does not fit in BYTES = 1
                                                                                    ^ `hexInt` takes 1 to 2 arguments, got 3
                                                                                      as in `{{hexInt N [BYTES]}}`

    {{int}} {{int 1.5}} {{int 'x'}} {{int '0x'}} {{int true}} {{int 1 100}} {{parseInt $.n}}
      ^^^ `int` takes 1 argument, got 0
        as in `{{int X}}`
                  ^^^ `int` wants an integer or the text of one here, got 1.5
                    as in `{{int X}}`
                              ^^^ `int` wants an integer or the text of one here, got 'x'
                                as in `{{int X}}`
                                          ^^^^ `int` wants an integer or the text of one here, got '0x'
                                            as in `{{int X}}`
                                                       ^^^^ `int` wants an integer or the text of one here, got true
                                                         as in `{{int X}}`
                                                                      ^^^ `int` takes 1 argument, got 2
                                                                        as in `{{int X}}`
                                                                              ^^^^^^^^ no such helper or value `parseInt`
                                                                                did you mean `{{int $.n}}`?

    {{members}} {{members 'a' 'b'}} {{member 'a'}}
      ^^^^^^^ `members` takes 1 argument, got 0
        as in `{{members "ROOM"}}`
                              ^^^ `members` takes 1 argument, got 2
                                as in `{{members "ROOM"}}`
                                      ^^^^^^ no such helper or value `member`
                                        did you mean `members`?
    "#);
}

#[test]
fn calls_of_replace() {
    insta::assert_snapshot!(reports(&[
        "{{replace $.a 'b'}} {{replace $.a $.b 'c'}} {{replace $.a 1 'c'}} {{replaceAll $.a 'b' 'c'}}",
        "{{replace $.a '(b' 'c'}} {{replace $.a 'b)' 'c'}} {{replace $.a '*' 'c'}} {{replace $.a '[b' ''}}",
        "{{replace $.a 'x\\p{Nope}' ''}} {{replace $.a 'it\\'s (' ''}} {{replace $.a '' '$1'}}",
        "{{replace $.a '\\w{1000}{1000}' ''}}",
        "{{replace $.a '(b)(?<name>c)' 'x$3'}} {{replace $.a '(b)' '$1a'}} {{replace $.a '(?<name>b)' '${nam}'}}",
        "{{replace (nope) '(' '$1'}}",
    ]), @r#"
    {{replace $.a 'b'}} {{replace $.a $.b 'c'}} {{replace $.a 1 'c'}} {{replaceAll $.a 'b' 'c'}}
      ^^^^^^^ `replace` takes 3 arguments, got 2
        as in `{{replace TEXT "REGEX" WITH}}`
                                      ^^^ the regex of a `replace` is a constant text
                                        write it in quotes
                                                              ^ the regex of a `replace` is a constant text
                                                                write it in quotes
                                                                        ^^^^^^^^^^ no such helper or value `replaceAll`
                                                                          did you mean `{{replace $.a 'b' 'c'}}`?

    {{replace $.a '(b' 'c'}} {{replace $.a 'b)' 'c'}} {{replace $.a '*' 'c'}} {{replace $.a '[b' ''}}
                   ^ no regex: unclosed group
                                             ^ no regex: unopened group
                                                                     ^ no regex: repetition operator missing expression
                                                                                             ^ no regex: unclosed character class

    {{replace $.a 'x\p{Nope}' ''}} {{replace $.a 'it\'s (' ''}} {{replace $.a '' '$1'}}
                    ^^^^^^^^ no regex: Unicode property not found
                                                 ^^^^^^^^^ no regex: unclosed group
                                                                                  ^^ the regex has no group `1`
                                                                                    `$0` is the whole match; a dollar is `$$`

    {{replace $.a '\w{1000}{1000}' ''}}
                  ^^^^^^^^^^^^^^^^ this regex is too large: compiled, it takes more than 10 MiB
                    repeat less with `{…}`, or write `(?-u:\w)` for ASCII letters only

    {{replace $.a '(b)(?<name>c)' 'x$3'}} {{replace $.a '(b)' '$1a'}} {{replace $.a '(?<name>b)' '${nam}'}}
                                    ^^ the regex has no group `3`
                                      `$0` is the whole match; a dollar is `$$`
                                                               ^^^ the regex has no group `1a`
                                                                 before letters write `${1}a`
                                                                                                  ^^^^^^ the regex has no group `nam`
                                                                                                    did you mean `name`?

    {{replace (nope) '(' '$1'}}
               ^^^^ no such helper or value `nope`
                 a field of the message is `$.nope`, a value of `set` is `state.nope`
                      ^ no regex: unclosed group
    "#);
}

#[test]
fn calls_that_go_on() {
    insta::assert_snapshot!(reports(&[
        "{{sine 1 2}} {{sine 1 2 3}} {{sine 1 2 '3'}} {{sine 1 2 '0s'}} {{sine 1 2 '1y'}}",
        "{{sine 'a' 2 '1s'}} {{sine 1 2 $.p}} {{sine 1 2 '-1s'}} {{sine 1 2 '9999999w'}}",
        "{{step 1}} {{step 1 'a'}} {{step 1 2 true}} {{step 1 2 'a' 'b'}} {{step 1 2 3 4}}",
        "{{step 1 1 0}} {{step 5 -1 6}} {{step 1 0 2}} {{step 1 0.0 2 'n'}} {{step 1 1 3 $.n}}",
        "{{cycle}} {{cycel 'a'}}",
    ]), @r#"
    {{sine 1 2}} {{sine 1 2 3}} {{sine 1 2 '3'}} {{sine 1 2 '0s'}} {{sine 1 2 '1y'}}
      ^^^^ `sine` takes 3 arguments, got 2
        as in `{{sine MEAN AMPLITUDE "PERIOD"}}`
                            ^ `sine` wants a period in quotes like "500ms" or "60s" here, got 3
                              as in `{{sine MEAN AMPLITUDE "PERIOD"}}`
                                           ^^^ `sine` wants a period in quotes like "500ms" or "60s" here, got '3'
                                             as in `{{sine MEAN AMPLITUDE "PERIOD"}}`
                                                            ^^^^ `sine` wants a period in quotes like "500ms" or "60s" here, got '0s'
                                                              as in `{{sine MEAN AMPLITUDE "PERIOD"}}`
                                                                              ^^^^ `sine` wants a period in quotes like "500ms" or "60s" here, got '1y'
                                                                                as in `{{sine MEAN AMPLITUDE "PERIOD"}}`

    {{sine 'a' 2 '1s'}} {{sine 1 2 $.p}} {{sine 1 2 '-1s'}} {{sine 1 2 '9999999w'}}
           ^^^ `sine` wants a number here, got 'a'
             as in `{{sine MEAN AMPLITUDE "PERIOD"}}`
                                   ^^^ the period of a `sine` is a constant text
                                     write it in quotes
                                                    ^^^^^ `sine` wants a period in quotes like "500ms" or "60s" here, got '-1s'
                                                      as in `{{sine MEAN AMPLITUDE "PERIOD"}}`
                                                                       ^^^^^^^^^^ `sine` wants a period in quotes like "500ms" or "60s" here, got '9999999w'
                                                                         as in `{{sine MEAN AMPLITUDE "PERIOD"}}`

    {{step 1}} {{step 1 'a'}} {{step 1 2 true}} {{step 1 2 'a' 'b'}} {{step 1 2 3 4}}
      ^^^^ `step` takes 2 to 4 arguments, got 1
        as in `{{step START BY [END] ["NAME"]}}`
                        ^^^ `step` wants a number here, got 'a'
                          as in `{{step START BY [END] ["NAME"]}}`
                                         ^^^^ `step` wants a number or a name in quotes here, got true
                                           as in `{{step START BY [END] ["NAME"]}}`
                                                           ^^^ `step` wants a number here, got 'a'
                                                             as in `{{step START BY [END] ["NAME"]}}`
                                                                                  ^ `step` wants a name in quotes here, got 4
                                                                                    as in `{{step START BY [END] ["NAME"]}}`

    {{step 1 1 0}} {{step 5 -1 6}} {{step 1 0 2}} {{step 1 0.0 2 'n'}} {{step 1 1 3 $.n}}
           ^^^^^ steps of 1 from 1 never come to 0
                          ^^^^^^ steps of -1 from 5 never come to 6
                                          ^^^^^ steps of 0 from 1 never come to 2
                                                         ^^^^^^^ steps of 0.0 from 1 never come to 2
                                                                                    ^^^ the name of a `step` is a constant text
                                                                                      write it in quotes

    {{cycle}} {{cycel 'a'}}
      ^^^^^ `cycle` takes at least 1 argument, got 0
        as in `{{cycle A B …}}`
                ^^^^^ no such helper or value `cycel`
                  did you mean `cycle`?
    "#);
}
