//! Asking a model, point by point.

use std::future::poll_fn;

use super::Augmentation;
use crate::prompt::{estimate_request, estimate_tokens};
use crate::{Budget, Llm, LlmError, Piece, Usage};

impl Augmentation {
    /// Asks for what belongs at each point, until the budget is used up; the points that are left then get nothing:
    /// [`progress`](Self::progress). Each answer is read to its end. What was used is added to `usage`.
    ///
    /// # Errors
    /// Where the model fails. What it had said before stays.
    pub async fn ask(&mut self, llm: &dyn Llm, budget: &Budget, usage: &mut Usage) -> Result<(), LlmError> {
        let before = *usage;
        while let Some(request) = self.request() {
            let asked = estimate_request(&request);
            let used = usage.minus(before);
            if budget.left(used, used, asked) == Some(0) {
                return Ok(());
            }
            let (mut counted, mut written) = (None, 0);
            let mut answer = llm.generate(request);
            let outcome = loop {
                match poll_fn(|task| answer.as_mut().poll_next(task)).await {
                    Some(Ok(Piece::Text(text))) => {
                        written += estimate_tokens(&text);
                        self.push(&text);
                    }
                    Some(Ok(Piece::Usage(told))) => counted = Some(told),
                    Some(Err(error)) => break Err(error),
                    None => break Ok(()),
                }
            };
            // What fails before it begins costs nothing.
            let has_begun = outcome.is_ok() || written > 0;
            let estimate = Usage { input_tokens: asked, output_tokens: written };
            *usage = usage.plus(counted.unwrap_or(if has_begun { estimate } else { Usage::default() }));
            outcome?;
            self.answered(llm.name());
        }
        Ok(())
    }
}
