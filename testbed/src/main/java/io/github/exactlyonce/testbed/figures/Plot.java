package io.github.exactlyonce.testbed.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Medians as bars or as lines, with whiskers from the smallest to the largest sample, as an SVG of a few kilobytes: dark on white, so that it can be read on any page.
 *
 * <p>Written by hand: the plotting libraries for Java draw with AWT, which needs fonts that a headless JDK on a small machine has not.
 */
public final class Plot {

    private static final int WIDTH = 760;
    private static final int TOP = 64;
    private static final int RIGHT = 110;
    private static final int ROW = 34;
    private static final int LINES_HEIGHT = 300;
    private static final int LETTER = 7;
    private static final int TICKS = 6;

    /** Of Okabe and Ito: told apart with any colour vision. */
    private static final List<String> COLORS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

    private final String name;
    private final String title;
    private final String unit;
    private final boolean isBars;
    private final boolean isLogarithmic;
    private final Map<String, Map<String, Samples>> series = new LinkedHashMap<>();

    private Plot(String name, String title, String unit, boolean isBars, boolean isLogarithmic) {
        this.name = name;
        this.title = title;
        this.unit = unit;
        this.isBars = isBars;
        this.isLogarithmic = isLogarithmic;
    }

    /** One bar for each category, one below the other. @param name of its file */
    public static Plot bars(String name, String title, String unit) {
        return new Plot(name, title, unit, true, false);
    }

    /** One line for each series, over the categories. @param name of its file */
    public static Plot lines(String name, String title, String unit) {
        return new Plot(name, title, unit, false, false);
    }

    /** As {@link #lines}, for figures of very different size. */
    public static Plot logarithmicLines(String name, String title, String unit) {
        return new Plot(name, title, unit, false, true);
    }

    public Plot add(String line, String category, Samples samples) {
        series.computeIfAbsent(line, any -> new LinkedHashMap<>()).put(category, samples);
        return this;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    String svg() {
        return isBars ? bars() : lines();
    }

    private String bars() {
        List<String> categories = categories();
        int left =
                20 + LETTER * categories.stream().mapToInt(String::length).max().orElse(0);
        int bottom = TOP + ROW * categories.size();
        Scale scale = Scale.linear(most(), left, WIDTH - RIGHT);
        StringBuilder svg = start(bottom + 40);
        for (double tick : scale.ticks()) {
            double x = scale.at(tick);
            svg.append(line(x, TOP - 6, x, bottom, "#dddddd", 1)).append(text(x, bottom + 18, "middle", label(tick)));
        }
        Map<String, Samples> bars = series.values().iterator().next();
        for (int i = 0; i < categories.size(); i++) {
            Samples samples = bars.get(categories.get(i));
            double y = TOP + ROW * i + 4;
            double middle = y + 12;
            double end = scale.at(samples.median());
            svg.append(text(left - 8, middle + 4, "end", categories.get(i)))
                    .append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"24\" fill=\"%s\"/>%n"
                            .formatted(
                                    number(left),
                                    number(y),
                                    number(Math.max(0, end - left)),
                                    COLORS.get(i % COLORS.size())))
                    .append(line(scale.at(samples.least()), middle, scale.at(samples.most()), middle, "#222222", 2))
                    .append(text(scale.at(samples.most()) + 8, middle + 4, "start", Samples.text(samples.median())));
        }
        return end(svg);
    }

    private String lines() {
        List<String> categories = categories();
        int left = 80;
        int bottom = TOP + LINES_HEIGHT;
        Scale scale =
                isLogarithmic ? Scale.logarithmic(least(), most(), bottom, TOP) : Scale.linear(most(), bottom, TOP);
        StringBuilder svg = start(bottom + 40);
        for (double tick : scale.ticks()) {
            double y = scale.at(tick);
            svg.append(line(left, y, WIDTH - RIGHT, y, "#dddddd", 1)).append(text(left - 8, y + 4, "end", label(tick)));
        }
        double step = (WIDTH - RIGHT - left) / (double) Math.max(1, categories.size());
        for (int i = 0; i < categories.size(); i++) {
            svg.append(text(left + step * (i + 0.5), bottom + 18, "middle", categories.get(i)));
        }
        StringBuilder legend = new StringBuilder();
        int color = 0;
        for (Map.Entry<String, Map<String, Samples>> each : series.entrySet()) {
            String own = COLORS.get(color++ % COLORS.size());
            svg.append(line(each.getValue(), categories, left, step, scale, own));
            legend.append("<tspan fill=\"%s\" dx=\"12\">\u25cf %s</tspan>".formatted(own, escape(each.getKey())));
        }
        svg.append("<text x=\"%d\" y=\"44\" text-anchor=\"end\">%s</text>%n".formatted(WIDTH - 16, legend));
        return end(svg);
    }

    private static String line(
            Map<String, Samples> points, List<String> categories, int left, double step, Scale scale, String color) {
        StringBuilder svg = new StringBuilder();
        List<String> way = new ArrayList<>();
        for (int i = 0; i < categories.size(); i++) {
            Samples samples = points.get(categories.get(i));
            if (samples != null) {
                double x = left + step * (i + 0.5);
                double y = scale.at(samples.median());
                way.add(number(x) + "," + number(y));
                svg.append(line(x, scale.at(samples.least()), x, scale.at(samples.most()), color, 1))
                        .append("<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/>%n"
                                .formatted(number(x), number(y), color));
            }
        }
        return svg.append("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
                        .formatted(String.join(" ", way), color))
                .toString();
    }

    private List<String> categories() {
        LinkedHashSet<String> categories = new LinkedHashSet<>();
        series.values().forEach(points -> categories.addAll(points.keySet()));
        return List.copyOf(categories);
    }

    private double most() {
        return series.values().stream()
                .flatMap(points -> points.values().stream())
                .mapToDouble(Samples::most)
                .max()
                .orElse(1);
    }

    private double least() {
        return series.values().stream()
                .flatMap(points -> points.values().stream())
                .mapToDouble(Samples::least)
                .min()
                .orElse(1);
    }

    private StringBuilder start(int height) {
        return new StringBuilder(
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" fill="#222222">
                <title>%s</title>
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                <text x="16" y="24" font-size="16">%s</text>
                <text x="16" y="44" fill="#555555">%s</text>
                """.formatted(WIDTH, height, WIDTH, height, escape(title), escape(title), escape(unit)));
    }

    private static String end(StringBuilder svg) {
        return svg.append("</svg>\n").toString();
    }

    private static String line(double x1, double y1, double x2, double y2, String color, int width) {
        return "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\" stroke-width=\"%d\"/>%n"
                .formatted(number(x1), number(y1), number(x2), number(y2), color, width);
    }

    private static String text(double x, double y, String anchor, String text) {
        return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n"
                .formatted(number(x), number(y), anchor, escape(text));
    }

    /** Of an axis. */
    private static String label(double tick) {
        boolean isWhole = Math.abs(tick - Math.rint(tick)) < 1e-9;
        return isWhole ? String.format(Locale.ROOT, "%,.0f", tick) : String.valueOf((float) tick);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** From a figure to a place between {@code from} and {@code to}. */
    private record Scale(boolean isLogarithmic, double least, double most, double from, double to) {

        static Scale linear(double most, double from, double to) {
            return new Scale(false, 0, most > 0 ? most : 1, from, to);
        }

        /** From a power of ten to a power of ten. */
        static Scale logarithmic(double least, double most, double from, double to) {
            double low = Math.floor(Math.log10(Math.max(least, 1e-6)));
            double high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(most, 1e-6))));
            return new Scale(true, Math.pow(10, low), Math.pow(10, high), from, to);
        }

        double at(double value) {
            double part = isLogarithmic
                    ? Math.log10(Math.max(value, least) / least) / Math.log10(most / least)
                    : value / most;
            return from + part * (to - from);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            if (isLogarithmic) {
                for (double tick = least; tick <= most * 1.001; tick *= 10) {
                    ticks.add(tick);
                }
                return ticks;
            }
            double step = step();
            for (int i = 0; i * step <= most; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }

        /** 1, 2 or 5 and zeros. */
        private double step() {
            double rough = most / TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(rough)));
            double first = rough / power;
            return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
        }
    }
}
