"""Languages that the word table does not know: copies and cuts are found, two stories of one day are not mixed up."""

from __future__ import annotations

import pytest

from copydesk.console import quiet
from copydesk.dataset.families import link
from copydesk.executor import Here
from copydesk.testing import an_article

FERRY_AND_SNOW = {
    "Spanish": (
        "El puerto de Santoña cerró el martes tras chocar el transbordador Brisa contra el muelle norte. "
        "La capitana Inés Solana dijo al diario El Faro que 38 pasajeros fueron llevados a tierra sin heridas graves. "
        "La policía de Laredo investiga si fallaron los motores. El alcalde Tomás Arce calcula que reparar el muelle "
        "costará doce millones de euros y que los barcos no volverán a salir antes de mayo.",
        "La nieve cubrió el martes las calles de Soria y los colegios siguieron cerrados, según la consejera Pilar "
        "Montes. Los quitanieves trabajaron toda la noche en la carretera de Burgos. La policía pidió no salir. "
        "El alcalde Javier Gil espera que el jueves vuelvan a circular los autobuses y los trenes hacia Madrid.",
    ),
    "German": (
        "Der Hafen von Büsum wurde am Dienstag gesperrt, nachdem die Fähre Seebrise gegen die Mole gefahren war. "
        "Kapitänin Inge Solbach sagte dem Küstenblatt, 38 Reisende seien unverletzt an Land gebracht worden. "
        "Die Polizei in Heide ermittelt, ob die Maschinen versagt haben. Bürgermeister Torsten Wieck rechnet mit zwölf "
        "Millionen Euro für die Mole; vor Mai werde kein Schiff mehr auslaufen.",
        "In Garmisch blieben am Dienstag die Schulen geschlossen, weil in der Nacht ein Meter Schnee gefallen war. "
        "Schulrätin Petra Moser sagte, die Busse führen frühestens am Donnerstag wieder. Die Polizei bat darum, zu "
        "Hause zu bleiben. Bürgermeister Alois Huber rechnet mit Kosten von drei Millionen Euro für die Räumdienste.",
    ),
    "French": (
        "Le port de Granville a été fermé mardi après que le traversier Embrun a heurté la jetée du nord. "
        "La capitaine Inès Solard a dit au journal Le Phare que 38 passagers ont été ramenés à terre sans blessure. "
        "La police d'Avranches cherche à savoir si les moteurs ont lâché. Le maire Thomas Viquet estime que réparer la "
        "jetée coûtera douze millions d'euros et qu'aucun bateau ne partira avant mai.",
        "La neige a couvert mardi les rues de Pontarlier et les écoles sont restées fermées, selon l'inspectrice "
        "Pauline Monnier. Les chasse-neige ont travaillé toute la nuit sur la route de Besançon. La police demande de "
        "rester chez soi. Le maire Gilles Jacquet espère que les autocars rouleront de nouveau jeudi vers Dijon.",
    ),
    "Chinese": (
        "周二,渡轮海风号撞上北码头后,林德斯内斯港宣布关闭。船长索尔海姆告诉峡湾报,三十八名乘客已被带上岸,没有人受重伤。"
        "曼达尔警方正在调查发动机是否失灵。市长维克说,修理码头将花费一千二百万克朗,五月以前不会再有船只出海。",
        "周二,大雪覆盖了特隆赫姆的街道,学校继续停课,教育局长莫伊表示。扫雪车整夜在通往奥普达尔的公路上作业。"
        "当局请居民留在家中。市长豪根希望公共汽车和火车星期四能够恢复开往奥斯陆。",
    ),
    "Arabic": (
        "أغلق ميناء ليندسنس يوم الثلاثاء بعد أن اصطدمت العبارة هافبريس بالرصيف الشمالي. وقالت القبطانة سولهايم لصحيفة "
        "فيوردبلادت إن ثمانية وثلاثين راكبا نقلوا إلى الشاطئ من دون إصابات خطيرة. وتحقق الشرطة في ماندال في ما إذا "
        "كانت المحركات قد تعطلت. وقدر العمدة فيك كلفة إصلاح الرصيف باثني عشر مليون كرونة ولن تبحر السفن قبل مايو.",
        "غطت الثلوج يوم الثلاثاء شوارع تروندهايم وبقيت المدارس مغلقة كما أعلنت مديرة التعليم مويه. وعملت الجرافات طوال "
        "الليل على الطريق المؤدي إلى أوبدال. وطلبت السلطات من السكان البقاء في منازلهم. ويأمل العمدة هاوغن أن تعود "
        "الحافلات والقطارات إلى أوسلو يوم الخميس.",
    ),
}


@pytest.mark.parametrize("language", FERRY_AND_SNOW)
def test_copies_and_cuts_are_found_and_stories_kept_apart(language: str) -> None:
    ferry, snow = FERRY_AND_SNOW[language]
    cut = ferry[: len(ferry) * 6 // 10]
    texts = {f"art-{n:016x}": text for n, text in enumerate((ferry, f"* {ferry} —", cut, snow))}
    articles = [an_article(text, article_id=name) for name, text in texts.items()]
    found = link(articles, executor=Here(), progress=quiet)
    bands = {(int(each["a"][4:]), int(each["b"][4:])): each["band"] for each in found}
    assert bands.pop((0, 1)) == "duplicate"
    assert {bands.pop((0, 2)), bands.pop((1, 2))} <= {"duplicate", "family"}
    assert not bands
