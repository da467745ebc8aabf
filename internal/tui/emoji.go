package tui

// emoji are those that can be written by name, the most used first.
var emoji = []struct{ text, name string }{
	{"👍", "thumbsup"}, {"❤️", "heart"}, {"😂", "joy"}, {"🎉", "tada"}, {"🚀", "rocket"}, {"👀", "eyes"}, {"🙏", "pray"},
	{"😄", "smile"}, {"😊", "blush"}, {"😉", "wink"}, {"🙂", "slight_smile"}, {"😀", "grinning"}, {"😅", "sweat_smile"},
	{"🤣", "rofl"}, {"😍", "heart_eyes"}, {"😘", "kissing_heart"}, {"😎", "sunglasses"}, {"🤔", "thinking"}, {"😐", "neutral"},
	{"😕", "confused"}, {"😢", "cry"}, {"😭", "sob"}, {"😡", "rage"}, {"😱", "scream"}, {"😴", "sleeping"}, {"🤷", "shrug"},
	{"🤦", "facepalm"}, {"🙄", "roll_eyes"}, {"😬", "grimacing"}, {"🤯", "exploding_head"}, {"🥳", "partying"}, {"😇", "innocent"},
	{"😈", "smiling_imp"}, {"💀", "skull"}, {"👻", "ghost"}, {"🤖", "robot"}, {"💩", "poop"}, {"🙈", "see_no_evil"},
	{"👎", "thumbsdown"}, {"👏", "clap"}, {"🙌", "raised_hands"}, {"👋", "wave"}, {"🤝", "handshake"}, {"💪", "muscle"},
	{"👌", "ok_hand"}, {"✌️", "v"}, {"🤞", "crossed_fingers"}, {"👉", "point_right"}, {"👈", "point_left"}, {"☝️", "point_up"},
	{"✅", "check"}, {"❌", "x"}, {"⚠️", "warning"}, {"❓", "question"}, {"❗", "exclamation"}, {"💯", "100"}, {"🔥", "fire"},
	{"✨", "sparkles"}, {"⭐", "star"}, {"💡", "bulb"}, {"⚡", "zap"}, {"💥", "boom"}, {"💔", "broken_heart"}, {"💙", "blue_heart"},
	{"💚", "green_heart"}, {"💛", "yellow_heart"}, {"💜", "purple_heart"}, {"🐛", "bug"}, {"🐱", "cat"}, {"🐶", "dog"}, {"🦄", "unicorn"},
	{"🐢", "turtle"}, {"🐧", "penguin"}, {"🐍", "snake"}, {"🦀", "crab"}, {"🐿️", "chipmunk"}, {"☕", "coffee"}, {"🍵", "tea"}, {"🍺", "beer"},
	{"🍷", "wine"}, {"🍕", "pizza"}, {"🍔", "burger"}, {"🍰", "cake"}, {"🍪", "cookie"}, {"🍎", "apple"}, {"🌍", "earth"},
	{"☀️", "sun"}, {"🌙", "moon"}, {"🌈", "rainbow"}, {"❄️", "snow"}, {"☔", "rain"}, {"🌱", "seedling"}, {"🌳", "tree"}, {"🌹", "rose"},
	{"💻", "computer"}, {"📱", "phone"}, {"📧", "email"}, {"📎", "paperclip"}, {"📌", "pushpin"}, {"📝", "memo"}, {"📅", "calendar"},
	{"📚", "books"}, {"🔒", "lock"}, {"🔑", "key"}, {"🔧", "wrench"}, {"🔨", "hammer"}, {"⚙️", "gear"}, {"🧪", "test_tube"}, {"📈", "chart"},
	{"🏠", "house"}, {"🚗", "car"}, {"🚲", "bike"}, {"✈️", "airplane"}, {"⏰", "alarm_clock"}, {"⏳", "hourglass"}, {"🎁", "gift"},
	{"🎂", "birthday"}, {"🎄", "christmas_tree"}, {"🎵", "music"}, {"🎮", "game"}, {"🏆", "trophy"}, {"🥇", "gold"}, {"⚽", "soccer"},
	{"🇵🇱", "poland"}, {"🇪🇺", "eu"}, {"🏳️‍🌈", "rainbow_flag"}, {"🏁", "finish"},
}
