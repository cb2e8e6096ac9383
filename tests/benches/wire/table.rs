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

/// Prints each row's median and range, and the median of its ratios to the row called `base`.
pub(crate) fn print(title: &str, unit: &str, base: &str, rows: &[Row]) {
    println!(
        "\n## {title}\n\n| server | {unit}, median (min–max) | ratio to {base} (min–max) |\n|---|---|---|"
    );
    let base = rows.iter().find(|row| row.name == base);
    for row in rows {
        let ratios: Vec<f64> = base
            .map(|base| row.figures.iter().zip(&base.figures).map(|(ours, theirs)| ours / theirs).collect())
            .unwrap_or_default();
        println!("| {} | {} | {} |", row.name, spread(&row.figures), spread(&ratios));
    }
}

fn spread(figures: &[f64]) -> String {
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let most = figures.iter().copied().fold(0.0, f64::max);
    format!("{:.3} ({least:.3}–{most:.3})", median(figures))
}
