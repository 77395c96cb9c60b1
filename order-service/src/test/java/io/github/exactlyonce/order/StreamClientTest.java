package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** With a socket that takes what the test says. */
class StreamClientTest {

    private final Socket socket = new Socket();
    private final Counter dropped = new SimpleMeterRegistry().counter("dropped");
    private final AtomicInteger left = new AtomicInteger();
    private final MockAsyncContext context =
            new MockAsyncContext(new MockHttpServletRequest(), new MockHttpServletResponse());
    private final StreamClient client =
            new StreamClient(context, socket, "Resume with Last-Event-ID", dropped, gone -> left.incrementAndGet());

    StreamClientTest() {
        context.addListener(client);
    }

    @Test
    void whatWaitsForTheSocketIsWrittenInOrderWhenItTakesSomething() {
        client.send(SettledEvent.comment("1"));
        client.send(SettledEvent.comment("2"));
        assertThat(client.isIdle()).isFalse();
        assertThat(client.isStuck(0)).isTrue();

        socket.ready = true;
        client.onWritePossible();
        client.send(SettledEvent.comment("3"));

        assertThat(socket.written).hasToString(": 1\n\n: 2\n\n: 3\n\n");
        assertThat(client.isIdle()).isTrue();
        assertThat(client.isStuck(0)).isFalse();
        assertThat(left).hasValue(0);
    }

    @Test
    void oneThatIsTooFarBehindLosesWhatWaitsAndIsToldWhy() {
        for (int i = 0; i < StreamClient.MOST_WAITING; i++) {
            client.send(SettledEvent.HEARTBEAT);
        }
        assertThat(client.isEnding()).isFalse();

        client.send(SettledEvent.HEARTBEAT);
        client.send(SettledEvent.HEARTBEAT);
        assertThat(client.isEnding()).isTrue();
        assertThat(dropped.count()).isOne();
        assertThat(left).hasValue(0); // its connection is still there

        socket.ready = true;
        client.onWritePossible();

        assertThat(socket.written).hasToString(": too slow: 512 events wait. Resume with Last-Event-ID\n\n");
        assertThat(left).hasValue(1);
    }

    /** It resumes after the last event that it was given, so none may be missing before that one. */
    @Test
    void whatIsDroppedWhileItIsWrittenToIsAllBehindWhatWasWritten() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            Socket own = new Socket();
            StreamClient slow = new StreamClient(context, own, "Connect again", dropped, gone -> {});
            for (int i = 0; i < StreamClient.MOST_WAITING; i++) {
                slow.send(SettledEvent.comment(String.valueOf(i)));
            }
            own.ready = true;
            Thread container = new Thread(slow::onWritePossible);
            container.start();
            slow.end("bye");
            container.join();

            String events = own.written.toString().replaceFirst(": bye\\. Connect again\\s+$", "");
            int count = events.isEmpty() ? 0 : events.split("\n\n").length;
            assertThat(events)
                    .isEqualTo(IntStream.range(0, count)
                            .mapToObj(i -> ": " + i + "\n\n")
                            .collect(Collectors.joining()));
        }
    }

    /** After that the response is another client's, and what the failing write still does to it ends the other stream. */
    @Test
    void theContainerHasItBackWhenNobodyWritesAnyMore() throws InterruptedException {
        socket.ready = true;
        socket.isStuck = new CountDownLatch(1);
        Thread sender = new Thread(() -> client.send(SettledEvent.HEARTBEAT));
        sender.start();
        await().until(() -> socket.isBeingWritten);

        Thread container = new Thread(() -> client.onComplete(new AsyncEvent(context)));
        container.start();
        await().until(() -> container.getState() != Thread.State.RUNNABLE);
        assertThat(left).hasValue(0);

        socket.isStuck.countDown();
        sender.join();
        container.join();
        assertThat(left).hasValue(1);
    }

    private static final class Socket extends ServletOutputStream {

        private final StringBuilder written = new StringBuilder();
        private volatile boolean ready;
        private volatile boolean isBeingWritten;
        private @Nullable CountDownLatch isStuck;

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException("the test calls it");
        }

        @Override
        public void write(int character) {
            isBeingWritten = true;
            awaitRelease();
            written.append((char) character);
        }

        private void awaitRelease() {
            try {
                if (isStuck != null) {
                    isStuck.await();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
