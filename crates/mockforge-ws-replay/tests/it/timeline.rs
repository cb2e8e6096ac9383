//! The printed timeline.

use crate::script;

#[test]
fn the_table() {
    let script = script(
        r#"{"mockforge":1,"name":"everything","sync":"strict","onEnd":"loop"}
// A comment.
{"text":"hello\nthere"}
{"ts":10,"label":"top","waitFor":"^go$","timeout":500,"onTimeout":"skip","json":{"id":"{{uuid}}"}}
{"ts":20,"hex":"00ff","repeat":{"count":3,"every":10}}
{"ts":25,"text":"tick","repeat":{"every":1000}}
{"dir":"in","text":"ack"}
{"dir":"in","match":{"jsonpath":"$.op","equals":"x"}}
{"ts":30,"goto":"top","times":2}
{"branch":[{"on":"a","goto":"top"},{"on":"b","goto":"end"}],"timeout":9}
{"label":"end","ts":40,"base64":"{{base64 $.x}}","close":{"code":4001,"reason":"enough"}}"#,
    );
    insta::assert_snapshot!(script.timeline().to_string(), @r#"
    s.jsonl (everything)
    line    due  what
       3   0 ms  send `hello\nthere`
       4  10 ms  [top] wait for ^go$; after 500 ms skip the line; send `{"id":"{{uuid}}"}`
       5  20 ms  send 2 bytes 00ff; 3 times, every 10 ms
       6  25 ms  send `tick`; until the close, every 1000 ms
       7  25 ms  expect `ack`
       8  25 ms  expect {"jsonpath":"$.op","equals":"x"}
       9  30 ms  go to top, 2 times
      10  30 ms  wait for a → top or b → end; after 9 ms fail
      11  40 ms  [end] send base64 `{{base64 $.x}}`; close 4001 enough
     end         begin again
    "#);
    assert_eq!(script.labels().collect::<Vec<_>>(), [("top", 4), ("end", 11)]);
}

#[test]
fn a_loose_script_says_so() {
    let script =
        script("{\"dir\":\"in\",\"text\":\"ack\"}\n{\"dir\":\"in\"}\n{\"ts\":100000,\"abort\":true}");
    insta::assert_snapshot!(script.timeline().to_string(), @r"
    s.jsonl
    line        due  what
       1       0 ms  wait for any message, such as `ack`
       2       0 ms  wait for any message
       3  100000 ms  drop the connection
     end             stay open
    ");
}
