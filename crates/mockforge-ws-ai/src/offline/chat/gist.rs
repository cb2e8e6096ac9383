//! What a message is about: its noun, found without a grammar, by the words around it.
//!
//! A noun stands after an article or a possessive; what stands after a subject or a modal is a verb. A message whose
//! words tell nothing is about nothing, which is better than about a wrong word.

/// No longer word is repeated, nor more words than these.
const LONGEST: usize = 24;
const MOST_WORDS: usize = 3;
/// A text of more words that has none of English is in another language.
const MOST_FOREIGN: usize = 2;

/// Words that are neither nouns nor adjectives, and verbs that are often said.
const PASSED: &str = "\
    a,an,the,this,that,these,those,some,any,no,every,each,all,both,another,other,such,own,same,\
    i,me,my,mine,myself,we,us,our,ours,you,your,yours,he,him,his,she,her,hers,it,its,they,them,their,theirs,\
    someone,somebody,something,anyone,anybody,anything,nobody,nothing,everybody,everyone,everything,one,ones,\
    i'm,i've,i'd,i'll,im,ive,we're,we've,we'd,we'll,you're,you've,you'd,you'll,he's,she's,it's,they're,there's,that's,\
    here's,what's,where's,when's,who's,how's,let's,don't,doesn't,didn't,isn't,aren't,wasn't,weren't,won't,wouldn't,\
    can't,cannot,couldn't,shouldn't,haven't,hasn't,hadn't,dont,cant,wont,doesnt,didnt,isnt,\
    what,which,who,whom,whose,when,where,why,how,whether,if,then,than,\
    and,or,but,nor,so,because,since,although,though,while,unless,until,till,\
    of,in,on,at,by,for,from,to,with,without,into,onto,off,out,up,down,over,under,about,above,below,after,before,\
    between,during,through,against,within,per,via,as,like,near,around,behind,across,along,\
    am,is,are,was,were,be,been,being,do,does,did,done,doing,have,has,had,having,\
    can,could,shall,should,will,would,may,might,must,ought,need,needs,needed,dare,\
    not,yes,no,yeah,yep,nope,ok,okay,please,pls,plz,thanks,thank,thx,sorry,hello,hi,hey,bye,goodbye,cheers,welcome,\
    again,already,also,always,anymore,anyway,away,back,else,ever,even,far,fast,here,there,just,later,lately,maybe,\
    more,most,much,many,lot,lots,never,now,often,once,only,perhaps,quite,rather,really,right,several,sometimes,soon,\
    still,together,too,twice,very,well,yet,almost,enough,few,less,little,however,instead,actually,currently,finally,\
    today,tomorrow,yesterday,tonight,morning,afternoon,evening,night,week,weeks,month,months,year,years,day,days,\
    hour,hours,minute,minutes,moment,second,seconds,monday,tuesday,wednesday,thursday,friday,saturday,sunday,ago,\
    time,times,way,thing,things,stuff,kind,sort,bit,name,hand,\
    good,great,nice,fine,bad,sure,possible,able,ready,wrong,long,much,happy,sad,angry,upset,late,early,available,\
    haha,hahaha,lol,hm,hmm,wow,oh,ah,aha,yay,cool,awesome,lovely,perfect,exactly,alright,super,human,\
    true,false,better,best,worse,worst,old,new,next,last,first,\
    lost,lose,loses,losing,broke,broken,break,breaks,stole,stolen,steal,found,find,finds,got,get,gets,getting,gotten,\
    go,goes,going,gone,went,come,comes,coming,came,see,sees,saw,seen,seeing,look,looks,looking,looked,know,knows,knew,\
    known,think,thinks,thought,tell,tells,told,say,says,said,ask,asks,asked,asking,talk,speak,spoke,give,gives,gave,given,\
    take,takes,took,taken,make,makes,made,making,put,puts,want,wants,wanted,wish,wishes,love,loves,hate,hates,\
    try,tries,tried,trying,use,uses,used,using,work,works,worked,working,help,helps,helped,helping,buy,buys,bought,\
    buying,sell,sells,sold,pay,pays,paid,paying,send,sends,sent,sending,receive,received,transfer,transferred,open,\
    opened,close,closed,cancel,cancelled,canceled,block,blocked,unblock,lock,locked,unlock,change,changed,reset,\
    update,updated,show,shows,showed,check,checked,start,started,stop,stopped,keep,keeps,kept,let,lets,leave,left,\
    arrive,arrives,arrived,deliver,delivered,happen,happens,happened,happening,mean,means,meant,feel,feels,felt,\
    seem,seems,seemed,wait,waits,waited,waiting,call,called,calling,write,wrote,written,read,reads,hear,heard,\
    order,ordered,ship,shipped,return,returned,refund,refunded,book,booked,charge,charged,explain,fix,fixed,solve,\
    believe,remember,forget,forgot,forgotten,understand,understood,become,became,begin,began,eat,ate,eating,\
    drink,drank,play,played,playing,watch,watched,meet,met,bring,brought,run,ran,running,add,added,\
    remove,removed,install,installed,log,logged,sign,signed,connect,connected,download,upload,access,failed,fails,fail";

/// Words of the above that are nouns as well, where an article or a possessive stands before them.
const NOUNS_TOO: &str = "\
    transfer,order,refund,charge,book,return,change,update,check,work,call,time,help,lock,block,reset,access,\
    play,run,log,sign,download,upload,ship,drink,meeting,look,morning,evening,night,week,month,year,day,watch,fix";

/// Words of the above that end a compound: "the opening hours".
const LAST_NOUNS: &str = "hours,time,times,name,order,transfer,refund";

/// Words of the above that may stand between an article and its noun.
const ADJECTIVES: &str = "old,new,next,last,first,own,same,other,very,really,good,great,nice,best,bad,late,early,few,right,\
    wrong,current,lost,stolen,broken";

/// Nouns that say nothing by themselves, unless there is no other.
const VAGUE: &str = "problem,problems,issue,issues,question,questions,trouble,error,errors,mistake,idea,name,time,\
    help,look,way,bit,lot,day,minute,moment,week,morning,night,evening,call,work,hand";

/// Words after which a verb or an adjective stands.
const BEFORE_VERBS: &str = "\
    i,we,you,he,she,they,who,to,can,could,shall,should,will,would,may,might,must,not,don't,doesn't,didn't,can't,\
    cannot,couldn't,won't,wouldn't,shouldn't,i'll,we'll,you'll,i'd,we'd,please,let's,i've,we've,dont,cant,never,\
    there's,am,is,are,was,were,be,i'm,you're,we're,they're,it's,that's,so,very,too";

/// What a message is about, as who answers it calls it: "your card" of "I lost my card".
pub(super) fn gist(said: &str) -> Option<String> {
    let is_shouted = said.contains(' ') && !said.contains(char::is_lowercase);
    let said = said.replace('’', "'");
    let said = if is_shouted { said.to_lowercase() } else { said };
    let words = words(&said);
    let is_english = words.iter().any(|word| is(PASSED, &word.lower));
    if words.len() > MOST_FOREIGN && !is_english {
        return None;
    }
    phrases(&words).into_iter().max_by_key(|phrase| phrase.weight).map(|phrase| phrase.text)
}

/// Whether a word is none that a message is about, nor a name.
pub(super) fn is_common(word: &str) -> bool {
    is(PASSED, &word.to_lowercase())
}

struct Word<'t> {
    text: &'t str,
    lower: String,
    /// Whether a clause ends with it.
    ends: bool,
}

struct Phrase {
    text: String,
    weight: u32,
}

fn words(said: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for token in said.split_whitespace() {
        let text = token.trim_matches(|c: char| !c.is_alphanumeric());
        if !text.is_empty() {
            words.push(Word {
                text,
                lower: text.to_lowercase(),
                ends: token.ends_with([',', '.', '?', '!', ';', ':', ')']),
            });
        } else if let Some(last) = words.last_mut() {
            last.ends = true;
        }
    }
    words
}

/// The phrases that could be what is spoken of; of equal ones, the last weighs most, as the object follows the verb.
fn phrases(words: &[Word<'_>]) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let determiner = determiner(&words[at].lower);
        let mut start = if determiner.is_some() { at + 1 } else { at };
        while start > at && words.get(start).is_some_and(|word| is(ADJECTIVES, &word.lower)) {
            start += 1;
        }
        let before = at.checked_sub(1).map(|before| &words[before]).filter(|word| !word.ends);
        let may_be_verb = before.is_some_and(|word| is(BEFORE_VERBS, &word.lower));
        let noun = noun(words, start, determiner.is_some(), may_be_verb);
        if noun.is_empty() {
            at += 1;
            continue;
        }
        let text = noun.iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
        let vague = noun.len() == 1 && is(VAGUE, &noun[0].lower);
        let weight = match determiner {
            _ if vague => 1,
            Some((_, weight)) => weight,
            None => 2,
        };
        let text = match determiner {
            Some((name, _)) => format!("{name} {text}"),
            None => text,
        };
        // A name or "problem" alone without an article is no phrase.
        if determiner.is_some() || !vague {
            phrases.push(Phrase { text, weight });
        }
        at = start + noun.len();
    }
    phrases
}

/// What a determiner becomes in an answer, and how much a noun after it weighs.
fn determiner(word: &str) -> Option<(&'static str, u32)> {
    match word {
        "my" => Some(("your", 6)),
        "our" => Some(("your", 5)),
        "your" => Some(("our", 3)),
        "the" | "this" | "that" | "a" | "an" => Some(("the", 4)),
        "his" => Some(("his", 4)),
        "her" => Some(("her", 4)),
        "their" => Some(("their", 4)),
        _ => None,
    }
}

/// The words from `start` on that name something.
fn noun<'w, 't>(words: &'w [Word<'t>], start: usize, determined: bool, may_be_verb: bool) -> &'w [Word<'t>] {
    let mut end = start;
    while let Some(word) = words.get(end).filter(|_| end - start < MOST_WORDS) {
        let first = end == start;
        let lower = word.lower.as_str();
        let is_none = if determined {
            // Of "my order shipped" and "the update failed", a verb that is a noun too only begins.
            is(PASSED, lower) && !is(if first { NOUNS_TOO } else { LAST_NOUNS }, lower)
                || !first && has_ending(lower, &["ed", "ly"])
        } else {
            is(PASSED, lower) || has_ending(lower, &["ed", "ing", "ly"]) || first && may_be_verb
        };
        let plain = word.text.chars().all(|c| c.is_alphanumeric() || c == '\'' || c == '-');
        let has_letter = word.text.chars().any(char::is_alphabetic);
        if is_none || !plain || !has_letter || word.text.chars().count() > LONGEST || lower.len() < 2 {
            break;
        }
        end += 1;
        if word.ends {
            break;
        }
    }
    &words[start.min(words.len())..end.min(words.len())]
}

fn has_ending(word: &str, endings: &[&str]) -> bool {
    word.chars().count() > 4 && endings.iter().any(|ending| word.ends_with(ending))
}

fn is(list: &'static str, word: &str) -> bool {
    crate::bank::parts(list).any(|other| other == word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_is_about_its_noun() {
        for (said, expect) in [
            ("I lost my card, what should I do?", "your card"),
            ("What is my balance?", "your balance"),
            ("Where is my umbrella?", "your umbrella"),
            ("My credit card has been blocked", "your credit card"),
            ("Please cancel my standing order", "your standing order"),
            ("you're useless", ""),
            ("haha", ""),
            ("WHERE IS MY REFUND", "your refund"),
            ("the stolen card", "the card"),
            ("it is the very last", ""),
            ("my old card stopped working", "your card"),
            ("Can you tell me the opening hours of your branch?", "the opening hours"),
            ("I would like to open a savings account", "the savings account"),
            ("How do I reset my password?", "your password"),
            ("I want to transfer money to Bob", "money"),
            ("Do you sell umbrellas?", "umbrellas"),
            ("refund status?", "status"),
            ("balance", "balance"),
            ("Is your website down", "our website"),
            ("I have a problem with my order", "your order"),
            ("I have a problem", "the problem"),
            ("When will my order arrive?", "your order"),
            ("my order shipped yesterday?", "your order"),
            ("what about the transfer", "the transfer"),
            ("I don’t like this flight’s delay", "the flight's delay"),
            ("my name is Zoe", ""),
            ("What should I do?", ""),
            ("could you help me please", ""),
            ("ok", ""),
            ("How are you?", ""),
            ("I should really be going", ""),
            ("Wo ist denn meine Karte", ""),
            ("42", ""),
            ("?!", ""),
            ("", ""),
        ] {
            assert_eq!(gist(said).unwrap_or_default(), expect, "{said}");
        }
    }

    proptest! {
        #[test]
        fn it_is_short_and_no_word_that_is_passed_over(
            said in "(my |the |I |to |can |lost |was |bank |card |do |really |order |\\PC{0,6} ){0,12}",
        ) {
            if let Some(gist) = gist(&said) {
                let words: Vec<&str> = gist.split(' ').collect();
                prop_assert!(words.len() <= MOST_WORDS + 1, "{gist}");
                let last = words[words.len() - 1].to_lowercase();
                prop_assert!(!is(PASSED, &last) || is(NOUNS_TOO, &last) || is(LAST_NOUNS, &last), "{gist}");
            }
        }
    }
}
