//! The words that keys of a script choose from.

/// An enum whose variants are written as words, with the list of them for messages.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $word:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $text)] $word),*
        }

        impl Word for $name {
            const ALL: &[(&str, Self)] = &[$(($text, Self::$word)),*];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(Self::ALL[*self as usize].0)
            }
        }
    )*};
}

/// What is written as one of a few words.
pub(crate) trait Word: Sized + Copy + 'static {
    /// The words and what they stand for.
    const ALL: &[(&str, Self)];
}

words! {
    /// Which way a line's message goes (`dir`).
    Dir {
        /// The server sends it.
        #[default]
        Out = "out",
        /// The client is expected to send it.
        In = "in",
    }

    /// What follows a wait that is not met in time (`onTimeout`).
    OnTimeout {
        /// The connection is closed with 1011, and the verification has failed.
        #[default]
        Fail = "fail",
        /// The line is passed over without sending.
        Skip = "skip",
        /// The connection is closed normally.
        Close = "close",
    }

    /// What follows the last line (`onEnd`).
    OnEnd {
        /// The connection stays open and answers pings.
        #[default]
        Keep = "keep",
        /// The connection is closed normally.
        Close = "close",
        /// The script begins again.
        Loop = "loop",
    }

    /// How `in` lines are taken (`sync`).
    SyncLevel {
        /// As a wait for any next data message.
        #[default]
        Loose = "loose",
        /// As a wait for the next data message, which is compared.
        Strict = "strict",
        /// They are passed over.
        Off = "off",
    }

    /// What becomes of messages that no wait has taken (`early`).
    Early {
        /// The last 64 are kept for the waits to come.
        #[default]
        Keep = "keep",
        /// They are dropped.
        Drop = "drop",
    }
}
