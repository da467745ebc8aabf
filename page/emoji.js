// @ts-check
// Emoji by name: those that people use most, for completion and for reactions.

const table = `😀 grinning|😄 smile|😁 grin|😆 laughing|😅 sweat_smile|😂 joy|🤣 rofl|🙂 slightly_smiling|🙃 upside_down|😉 wink|😊 blush|😇 innocent|🥰 smiling_hearts|😍 heart_eyes|🤩 star_struck|😘 kiss|😋 yum|😜 winky_tongue|🤪 zany|🤗 hug|🤭 hand_over_mouth|🤫 shush|🤔 thinking|🤐 zipper_mouth|🤨 raised_eyebrow|😐 neutral|😑 expressionless|😶 no_mouth|😏 smirk|😒 unamused|🙄 rolling_eyes|😬 grimacing|😌 relieved|😔 pensive|😴 sleeping|🤒 sick|🤕 hurt|🤢 nauseated|🤧 sneezing|🥵 hot|🥶 cold|🥴 woozy|😵 dizzy|🤯 mind_blown|🤠 cowboy|🥳 partying|😎 cool|🤓 nerd|🧐 monocle|😕 confused|😟 worried|🙁 frowning|😮 open_mouth|😲 astonished|😳 flushed|🥺 pleading|😨 fearful|😰 anxious|😢 cry|😭 sob|😱 scream|😖 confounded|😞 disappointed|😓 sweat|😩 weary|😤 triumph|😡 rage|🤬 cursing|😈 imp|💀 skull|💩 poop|🤡 clown|👻 ghost|👽 alien|🤖 robot|😺 cat_smile|🙈 see_no_evil|🙉 hear_no_evil|🙊 speak_no_evil|👋 wave|✋ raised_hand|👌 ok_hand|🤏 pinch|✌️ victory|🤞 crossed_fingers|🤟 love_you|🤘 metal|👈 left|👉 right|👆 up|👇 down|👍 thumbsup|👎 thumbsdown|✊ fist|👊 punch|👏 clap|🙌 raised_hands|🤝 handshake|🙏 pray|✍️ writing|💪 muscle|🧠 brain|👀 eyes|🫡 salute|🤷 shrug|🤦 facepalm|🙋 raising_hand|🙇 bow|🏃 running|💃 dancing|👶 baby|🧑‍💻 technologist|❤️ heart|🧡 orange_heart|💛 yellow_heart|💚 green_heart|💙 blue_heart|💜 purple_heart|🖤 black_heart|💔 broken_heart|💯 hundred|💥 boom|💫 sparkle_dizzy|💦 splash|💤 zzz|🔥 fire|✨ sparkles|⭐ star|🌟 glowing_star|⚡ zap|🌈 rainbow|☀️ sun|🌤️ partly_sunny|☁️ cloud|🌧️ rain|❄️ snow|⛄ snowman|🌊 ocean|🌍 earth|🌙 moon|🐶 dog|🐱 cat|🐭 mouse|🦊 fox|🐻 bear|🐼 panda|🦁 lion|🐸 frog|🐵 monkey|🐔 chicken|🐧 penguin|🦆 duck|🦉 owl|🦦 otter|🦫 beaver|🐝 bee|🐛 bug|🦋 butterfly|🐌 snail|🐢 turtle|🐙 octopus|🐳 whale|🐬 dolphin|🦄 unicorn|🦀 crab|🐹 hamster|🐿️ squirrel|🌸 blossom|🌹 rose|🌻 sunflower|🌲 tree|🌵 cactus|🍀 clover|🍎 apple|🍌 banana|🍓 strawberry|🍕 pizza|🍔 burger|🍟 fries|🌮 taco|🍣 sushi|🍜 noodles|🍪 cookie|🎂 cake|🍰 shortcake|🍫 chocolate|☕ coffee|🍵 tea|🍺 beer|🍻 beers|🍷 wine|🥂 cheers|🍾 champagne|🎉 tada|🎊 confetti|🎈 balloon|🎁 gift|🏆 trophy|🥇 gold|🎯 dart|🎮 game|🎲 dice|🎵 music|🎸 guitar|🎬 film|⚽ football|🚀 rocket|✈️ plane|🚗 car|🚲 bike|🚂 train|⛵ sailboat|🏠 house|🏢 office|🏖️ beach|⛺ tent|⏰ alarm|⌛ hourglass|⏳ hourglass_flowing|📅 calendar|📈 chart_up|📉 chart_down|📌 pushpin|📎 paperclip|📝 memo|📚 books|📖 book|✏️ pencil|🔍 mag|🔒 lock|🔑 key|🔨 hammer|🔧 wrench|⚙️ gear|🧪 test_tube|💡 bulb|🔋 battery|💻 laptop|🖥️ desktop|📱 phone|📷 camera|📦 package|📧 email|📣 megaphone|🔔 bell|🔕 no_bell|💰 money|💸 money_wings|🛒 cart|🗑️ wastebasket|🚧 construction|🚨 siren|🛑 stop|⚠️ warning|❌ x|✅ white_check_mark|✔️ check|❓ question|❗ exclamation|➕ plus|➖ minus|♻️ recycle|🆕 new|🆗 ok|🔴 red_circle|🟡 yellow_circle|🟢 green_circle|🔵 blue_circle|🏁 finish|🏳️‍🌈 rainbow_flag|🇪🇺 eu|🇵🇱 poland|🇬🇧 uk|🇺🇦 ukraine|🇩🇪 germany|🇺🇸 us`;

/** @typedef {{emoji: string, name: string}} Emoji */

/** All of them, in the order of a palette. @type {Emoji[]} */
export const all = table.split('|').map((line) => {
  const space = line.indexOf(' ');
  return { emoji: line.slice(0, space), name: line.slice(space + 1) };
});

const byName = new Map(all.map(({ emoji, name }) => [name, emoji]));
for (const [also, name] of [['+1', 'thumbsup'], ['-1', 'thumbsdown'], ['thumbs_up', 'thumbsup'], ['lol', 'joy'], ['check_mark', 'check'], ['party', 'partying']]) byName.set(also, byName.get(name) ?? '');

/** Those that are offered first for a reaction. */
export const favourites = ['👍', '❤️', '😄', '🎉', '👀', '🙏'];

/** search returns those whose name has a text in it, best first. @param {string} text @param {number} [most] */
export function search(text, most = all.length) {
  const wanted = text.toLowerCase();
  const found = all.filter(({ name }) => name.includes(wanted));
  found.sort((a, b) => Number(b.name.startsWith(wanted)) - Number(a.name.startsWith(wanted)) || a.name.length - b.name.length);
  return found.slice(0, most);
}

/**
 * spelled puts emoji for their names between colons, but not in code.
 * @param {string} text
 */
export function spelled(text) {
  return text.replace(/```[\s\S]*?(?:```|$)|`[^`\n]*`|(?<![\p{L}\p{N}:]):([a-z0-9_+-]+):(?![\p{L}\p{N}])/gu, (whole, name) => (name && byName.get(name)) || whole);
}
