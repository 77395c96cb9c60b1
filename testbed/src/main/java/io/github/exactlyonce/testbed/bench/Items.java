package io.github.exactlyonce.testbed.bench;

import static io.github.exactlyonce.testbed.bench.Text.count;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.testbed.figures.Plot;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.load.Order;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** {@link Part#ITEMS}. */
final class Items {

    private final BenchOptions options;
    private final Progress progress;
    private final Crowd crowd;
    private final Map<Kind, List<Turn>> turns = new EnumMap<>(Kind.class);

    Items(BenchOptions options, Progress progress, Crowd crowd) {
        this.options = options;
        this.progress = progress;
        this.crowd = crowd;
    }

    /** What is ordered: so many items, each of another SKU. */
    private enum Kind {
        HOT("1 item, the same SKU in every order", 1, 1),
        ONE("1 item of 1,000 SKUs", 1, 1),
        TEN("10 items of 1,000 SKUs", 10, 4),
        HUNDRED("100 items of 1,000 SKUs", 100, 20);

        private final String title;
        private final int items;
        private final int fewerOrders;

        Kind(String title, int items, int fewerOrders) {
            this.title = title;
            this.items = items;
            this.fewerOrders = fewerOrders;
        }

        Order order(String prefix, int number) {
            List<String> skus = Crowd.SPREAD;
            int first = this == HOT ? 0 : number * items;
            return new Order(
                    prefix + "-" + number,
                    new OrderItems(IntStream.range(first, first + items)
                            .mapToObj(i -> new OrderItem(skus.get(i % skus.size()), 1))
                            .toList()));
        }
    }

    Report report() throws InterruptedException {
        About about = new About(options, Part.ITEMS);
        Entrant entrant = crowd.atLeast(Contender.REPLICAS, progress);
        crowd.use(Contender.REPLICAS);
        for (int round = 1; round <= options.rounds(); round++) {
            for (Kind kind : Rotation.of(List.of(Kind.values()), round)) {
                String prefix = entrant.nextPrefix();
                Iterator<Order> orders = IntStream.iterate(0, i -> i + 1)
                        .mapToObj(i -> kind.order(prefix, i))
                        .iterator();
                Turn turn = crowd.turn(orders, options.orders() / kind.fewerOrders);
                turns.computeIfAbsent(kind, any -> new ArrayList<>()).add(turn);
                progress.say("round %d of %d: %s: %s orders/s"
                        .formatted(round, options.rounds(), kind.title, Samples.text(turn.rate())));
            }
        }
        String sentences = """
                Orders straight from the script to %d replicas, as fast as Redis takes them, at most %,d ahead of the work; %,d orders a turn, a quarter of them with 10 items and a twentieth with 100, or as many as go in %d s.""".formatted(
                        Contender.REPLICAS,
                        Publisher.AHEAD,
                        options.orders(),
                        options.scope().turn().toSeconds());
        return new Report(
                Part.ITEMS.toString(),
                about.text(sentences, entrant.books().redisVersion()),
                List.of(table()),
                List.of(plot()),
                details(),
                entrant.books().violations());
    }

    private Samples samples(Kind kind, ToDoubleFunction<Turn> figure) {
        return Samples.of(turns.get(kind), figure);
    }

    private Table table() {
        Table table = Table.of(
                "Items in an order, and SKUs that many want; processor time in microseconds per order",
                "",
                "orders/s",
                "items/s",
                "Redis",
                "all replicas",
                "lost",
                "done more than once");
        for (Kind kind : Kind.values()) {
            table.row(
                    kind.title,
                    samples(kind, Turn::rate).toString(),
                    samples(kind, turn -> kind.items * turn.rate()).toString(),
                    samples(kind, turn -> turn.microsPerOrder(turn.cpu().redis()))
                            .toString(),
                    samples(kind, turn -> turn.microsPerOrder(turn.cpu().replicas()))
                            .toString(),
                    count((long) samples(kind, turn -> turn.outcome().lost()).sum()),
                    count((long)
                            samples(kind, turn -> turn.outcome().repeated()).sum()));
        }
        return table;
    }

    private Plot plot() {
        Plot plot = Plot.bars("rates", "Items in an order", "orders/s");
        for (Kind kind : Kind.values()) {
            plot.add("", kind.title, samples(kind, Turn::rate));
        }
        return plot;
    }

    private Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        turns.forEach((kind, all) ->
                details.put(kind.title, all.stream().map(Turn::details).toList()));
        return details;
    }
}
