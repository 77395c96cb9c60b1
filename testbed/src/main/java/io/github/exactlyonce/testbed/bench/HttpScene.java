package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.bench.http.HttpOrders;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.SystemPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** The order service and three replicas as they are delivered, on one Redis; orders come over HTTP, and each of them is audited. */
final class HttpScene implements Audited {

    static final int CONNECTIONS = 32;

    private static final Duration LOT = Duration.ofSeconds(2);
    private static final Duration LOT_LIMIT = Duration.ofMinutes(2);

    /** The part of the steady rate that a fresh system is to reach soon. */
    static final double SOON = 0.8;

    private final RedisProcess redis;
    private final LocalSystem system;
    private final Books books;
    private final WarmUp warmUp;
    private final Map<Integer, Integer> settledInSecond = new TreeMap<>();
    private final List<ChildProcess> others = new CopyOnWriteArrayList<>();
    private int lots;

    private HttpScene(RedisProcess redis, LocalSystem system, WarmUp warmUp) {
        this.redis = redis;
        this.system = system;
        this.warmUp = warmUp;
        this.books = new Books(redis.port());
    }

    /** On a Java that can, from what it learned in a training before. */
    static HttpScene launch(Scope scope, Progress progress) {
        AotCaches.train(progress);
        RedisProcess redis = RedisProcess.start();
        List<Integer> ports = Ports.free(1 + Contender.REPLICAS);
        LocalSystem system = LocalSystem.launch(
                new SystemPlan(
                        "bench-http",
                        RedisNodes.uri(redis.port()),
                        ports.get(0),
                        ports.subList(1, ports.size()),
                        Jvm.options(),
                        Map.of(
                                "INVENTORY_AUDIT_INTERVAL", "1d", // it would fall into one turn and not into the next
                                "INVENTORY_LEDGERLENGTH", "100000000", // the audit at the end needs all of it
                                "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE",
                                        "health,loggers"), // to switch the log off and on
                        false),
                AotCaches.environment());
        return new HttpScene(redis, system, scope.warmUpOverHttp());
    }

    RedisProcess redis() {
        return redis;
    }

    LocalSystem system() {
        return system;
    }

    Books books() {
        return books;
    }

    @Override
    public boolean isExact() {
        return books.wasExact();
    }

    WarmUp warmUp() {
        return warmUp;
    }

    /** From the moment in which all are ready, as fast as it goes, until the rate is steady. */
    void warmUp(Progress progress) throws InterruptedException {
        system.waitUntilReady();
        progress.say("ready");
        books.stockUp(Entrant.SKUS);
        books.begin();
        long readyAt = books.clock();
        List<Order> sent = new ArrayList<>();
        try (HttpOrders client = new HttpOrders(system.orderService().port(), CONNECTIONS, "")) {
            Iterator<Order> orders = randomOrders();
            while (!warmUp.isOver()) {
                HttpOrders.Run run = client.asFastAsAnswered(orders, LOT);
                sent.addAll(run.orders());
                warmUp.add(run.accepted().size() / run.seconds(), run.seconds());
                progress.say("warming up: %s orders/s".formatted(Samples.text(warmUp.last())));
            }
        }
        books.settle(sent, this::cpu);
        for (Effect effect : books.ledger().effects()) {
            settledInSecond.merge((int) ((effect.atMillis() - readyAt) / 1_000), 1, Integer::sum);
        }
    }

    /** Of the system as it was started: until the end of the first second in which it settled 80 % of this rate. */
    int secondsFromReadyTo(double steady) {
        return settledInSecond.entrySet().stream()
                .filter(second -> second.getValue() >= SOON * steady)
                .mapToInt(second -> second.getKey() + 1)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }

    /** Orders that were settled in each second since all were ready. */
    Map<Integer, Integer> settledInSecond() {
        return settledInSecond;
    }

    /** One turn and its audit. */
    HttpTurn turn(HttpOrders client, Duration time) throws InterruptedException {
        books.begin();
        Cpu before = cpu();
        long start = books.clock();
        HttpOrders.Run run = client.asFastAsAnswered(randomOrders(), time);
        return settle(run, before, start);
    }

    /** So many of them, as fast as they are answered. @return those that were accepted */
    List<Order> lot(HttpOrders client, int count) throws InterruptedException {
        books.begin();
        HttpOrders.Run run = client.asFastAsAnswered(
                Stream.generate(randomOrders()::next).limit(count).iterator(), LOT_LIMIT);
        books.settle(run.orders(), this::cpu);
        return run.orders();
    }

    HttpTurn turnAtRate(HttpOrders client, Duration time, int perSecond) throws InterruptedException {
        books.begin();
        Cpu before = cpu();
        long start = books.clock();
        HttpOrders.Run run = client.atRate(randomOrders(), time, perSecond);
        return settle(run, before, start);
    }

    private HttpTurn settle(HttpOrders.Run run, Cpu before, long start) throws InterruptedException {
        Books.Settled settled = books.settle(run.orders(), this::cpu);
        double seconds = Math.max(1, settled.outcome().lastFirstMillis() - start) / 1e3;
        return new HttpTurn(new Turn(settled.outcome(), seconds, settled.cpu().since(before)), run);
    }

    Iterator<Order> randomOrders() {
        return new RandomOrders("http-" + ++lots, Entrant.SKUS, Entrant.SEED);
    }

    HttpOrders client(int connections, String headers) {
        return new HttpOrders(system.orderService().port(), connections, headers);
    }

    Cpu cpu() {
        return new Cpu(
                Cpu.of(system.orderService().pid()),
                Cpu.of(system.replicas().stream().map(ChildProcess::pid).toList()),
                Cpu.of(redis.pid()),
                Cpu.ofThisProcess(),
                0);
    }

    /** It ends with this scene at the latest. */
    void alongside(ChildProcess process) {
        others.add(process);
    }

    @Override
    public void close() {
        books.close();
        others.forEach(ChildProcess::stop);
        system.close();
        redis.close();
    }
}
