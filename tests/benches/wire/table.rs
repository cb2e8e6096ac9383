//! Figures of interleaved rounds: medians, and ratios formed within a round.

/// One server's figures, a number a round.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) figures: Vec<f64>,
}

pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Prints each row's median and range, the median of its ratios to the row called `base`, and that of our
/// ratios to it.
pub(crate) fn print(title: &str, unit: &str, base: &str, rows: &[Row]) {
    println!(
        "\n## {title}\n\n| server | {unit}, median (min–max) | ratio to {base} (min–max) | ours to it |"
    );
    println!("|---|---|---|---|");
    let named = |name: &str| rows.iter().find(|row| row.name == name);
    let (base, ours) = (named(base), rows.first());
    for row in rows {
        let to_base = spread(&ratios(Some(row), base));
        let to_it = median(&ratios(ours, Some(row)));
        println!("| {} | {} | {to_base} | {to_it:.3} |", row.name, spread(&row.figures));
    }
}

/// Round by round.
pub(crate) fn ratios(of: Option<&Row>, to: Option<&Row>) -> Vec<f64> {
    let figures = |row: Option<&Row>| row.map(|row| row.figures.clone()).unwrap_or_default();
    figures(of).iter().zip(figures(to)).map(|(of, to)| of / to).collect()
}

fn spread(figures: &[f64]) -> String {
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let most = figures.iter().copied().fold(0.0, f64::max);
    format!("{:.3} ({least:.3}–{most:.3})", median(figures))
}
