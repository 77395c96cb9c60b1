package io.github.exactlyonce.testbed.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PlotTest {

    @Test
    void barsAreAsLongAsTheirMedians() throws Exception {
        Document svg = parse(Plot.bars("rates", "Rates", "orders/s")
                .add("", "slow & small", samples(90, 100, 110))
                .add("", "fast", samples(390, 400, 410)));

        List<Element> bars = elements(svg, "rect").subList(1, 3); // the first one is the background
        double slow = Double.parseDouble(bars.get(0).getAttribute("width"));
        double fast = Double.parseDouble(bars.get(1).getAttribute("width"));
        assertThat(fast / slow).isBetween(3.99, 4.01);
        assertThat(texts(svg)).contains("slow & small", "fast", "100", "400", "Rates");
    }

    @Test
    void onALogarithmicScaleTenTimesAsMuchIsAsFarAsTheStepBefore() throws Exception {
        Document svg = parse(Plot.logarithmicLines("latency", "Latency", "ms")
                .add("100/s", "p50", samples(1))
                .add("100/s", "p99", samples(10))
                .add("100/s", "max", samples(100)));

        List<Double> heights = elements(svg, "circle").stream()
                .map(circle -> Double.parseDouble(circle.getAttribute("cy")))
                .toList();
        assertThat(heights).hasSize(3);
        assertThat(heights.get(0) - heights.get(1)).isPositive().isEqualTo(heights.get(1) - heights.get(2));
        assertThat(texts(svg)).contains("1", "10", "100", "p50", "● 100/s");
    }

    @Test
    void aLineGoesOnlyThroughWhatThereIs() throws Exception {
        Document svg = parse(Plot.lines("replicas", "Replicas", "orders/s")
                .add("all", "1", samples(5))
                .add("all", "3", samples(4))
                .add("some", "3", samples(0)));

        assertThat(elements(svg, "polyline"))
                .extracting(line -> line.getAttribute("points").split(" ").length)
                .containsExactly(2, 1);
    }

    private static Samples samples(double... values) {
        Samples samples = new Samples();
        for (double value : values) {
            samples.add(value);
        }
        return samples;
    }

    private static Document parse(Plot plot) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(plot.svg().getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> elements(Document svg, String tag) {
        NodeList nodes = svg.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static List<String> texts(Document svg) {
        return elements(svg, "text").stream().map(Element::getTextContent).toList();
    }
}
