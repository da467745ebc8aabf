package client_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"

	"hubbub/client"
)

// A bot that answers whoever says "!echo something" in #lobby, until it is
// interrupted. HUBBUB_TOKEN is what hubbub admin prints for a bot, or a member's
// token; without one it is a guest. The address may also be chat.example.org:7007,
// tls://chat.example.org or unix:/path.
func Example_bot() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bot := client.New(client.Config{
		Address: "https://chat.example.org", Token: os.Getenv("HUBBUB_TOKEN"), Nick: "echo", Room: "#lobby",
		Patient: true, // come back by yourself, however long the server is away
	})
	err := bot.Run(ctx, func(u client.Update) {
		ev, ok := u.(client.Event)
		if !ok || ev.Kind != "message" {
			return
		}
		if me, _ := bot.Self(); ev.By == me { // or it would talk to itself for ever
			return
		}
		if text, ok := strings.CutPrefix(ev.Text, "!echo "); ok {
			// It is sent once, whatever happens to the connection. There is no need to
			// wait for the answer, and handling must not.
			if _, ok, err := bot.TrySubmit(client.Text(ev.Nick + ": " + text)); !ok {
				log.Print("too much to say: ", err)
			}
		}
	})
	fmt.Println("gone:", err)
}
